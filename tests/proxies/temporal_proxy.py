"""A real TLS listener in front of a Temporal server that has none; it may ask for an API key."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

from tests.proxies.certificates import Pair
from tests.proxies.listening import listening

_UNAUTHENTICATED = [
    (":status", "200"),
    ("content-type", "application/grpc"),
    ("grpc-status", "16"),
    ("grpc-message", "Request unauthorized."),
]


@asynccontextmanager
async def tls_door(
    address: str, pair: Pair, *, wants_ours: Path | None = None, api_key: str | None = None
) -> AsyncIterator[int]:
    """The port of a TLS listener that passes on to `address` whoever it lets in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    context.set_alpn_protocols(["h2"])
    if wants_ours:
        context.load_verify_locations(wants_ours)
        context.verify_mode = ssl.CERT_REQUIRED

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            stream = _TlsStream(context, reader, writer)
            if await stream.handshake():
                first = await _let_in(stream, api_key) if api_key else b""
                if first is not None:
                    await _pass_on(first, stream, address)

    async with listening(receive) as port:
        yield port


class _TlsStream:
    """The server's side of TLS. asyncio's own hangs up without saying why it refuses a certificate."""

    def __init__(
        self, context: ssl.SSLContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader, self._writer = reader, writer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    async def handshake(self) -> bool:
        """Whether both sides agree."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                if not await self._fill():
                    return False
            except ssl.SSLError:
                await self._flush()
                await self._hang_up()
                return False
            else:
                await self._flush()
                return True

    async def read(self) -> bytes:
        """What comes next, nothing at the end."""
        while True:
            try:
                return self._tls.read(65536)
            except ssl.SSLWantReadError:
                if not await self._fill():
                    return b""

    async def write(self, data: bytes) -> None:
        self._tls.write(data)
        await self._flush()

    async def _hang_up(self) -> None:
        """Read on until the other side has gone: closing with anything unread resets the connection."""
        self._writer.write_eof()
        while await self._reader.read(65536):
            pass

    async def _fill(self) -> bool:
        data = await self._reader.read(65536)
        self._incoming.write(data)
        return bool(data)

    async def _flush(self) -> None:
        self._writer.write(self._outgoing.read())
        await self._writer.drain()


async def _let_in(stream: _TlsStream, api_key: str) -> bytes | None:
    """What was read until the first request showed the key; None if it showed another, and was told so."""
    http = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
    http.initiate_connection()
    read = b""
    while data := await stream.read():
        read += data
        for event in http.receive_data(data):
            if isinstance(event, RequestReceived):
                shown = {str(name): str(value) for name, value in event.headers or []}
                if shown.get("authorization") == f"Bearer {api_key}":
                    return read
                http.send_headers(event.stream_id or 0, _UNAUTHENTICATED, end_stream=True)
                await stream.write(http.data_to_send())
    return None


async def _pass_on(first: bytes, stream: _TlsStream, address: str) -> None:
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(first)

    async def requests() -> None:
        while data := await stream.read():
            writer.write(data)
            await writer.drain()
        writer.close()

    async def answers() -> None:
        while data := await reader.read(65536):
            await stream.write(data)

    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(requests())
            both.create_task(answers())
    finally:
        writer.close()
