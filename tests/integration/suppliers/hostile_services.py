"""HTTP services that no supplier should be: raw bytes on a socket, and what became of the connection."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from pydantic import HttpUrl

from saga.suppliers.http import HttpSupplier
from saga.suppliers.supplier_settings import SupplierSettings

Send = Callable[[bytes], Awaitable[None]]
Behaviour = Callable[[Send], Awaitable[None]]


def head(*headers: str, status: str = "201 Created") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


def answer(body: Any, *headers: str, status: str = "201 Created") -> Behaviour:
    """One whole answer: bytes as they are, anything else as JSON."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def behave(send: Send) -> None:
        await send(head(f"Content-Length: {len(sent)}", *headers, status=status) + sent)

    return behave


def endless(start: bytes, part: bytes, pause: float = 0.0) -> Behaviour:
    """Begin, and then send the same part for ever."""

    async def behave(send: Send) -> None:
        await send(start)
        while True:
            await send(part)
            await asyncio.sleep(pause)

    return behave


def bomb(megabytes: int, layers: int = 1) -> Behaviour:
    packed = bytes(megabytes * 1024 * 1024)
    for _ in range(layers):
        packed = gzip.compress(packed)
    return answer(packed, "Content-Encoding: " + ", ".join(["gzip"] * layers))


@dataclass
class Service:
    """A listening service; `closed` is set when the other side has ended a connection."""

    behave: Behaviour
    port: int = 0
    connections: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1

        async def send(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await self.behave(send)
            while await reader.read(65_536):
                pass
        self.closed.set()
        writer.close()

    def supplier(self, **settings: Any) -> HttpSupplier:
        return HttpSupplier(SupplierSettings(url=HttpUrl(f"http://127.0.0.1:{self.port}"), **settings))


@asynccontextmanager
async def serving(behave: Behaviour) -> AsyncIterator[Service]:
    service = Service(behave)
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    async with server:
        yield service
