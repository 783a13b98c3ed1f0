"""A TCP listener that is far from its server: what passes arrives later, and as fast as it came."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.proxies.listening import listening
from voyage.devstack.ports import HOST

_CHUNK = 64 * 1024


@asynccontextmanager
async def far_away(port: int, seconds: float) -> AsyncIterator[int]:
    """The port of a listener for the server on `port`, so many seconds away in each direction."""

    async def receive(client_says: StreamReader, client: StreamWriter) -> None:
        await asyncio.sleep(seconds)  # a connection is made when the server has heard of it
        with suppress(OSError, asyncio.CancelledError):
            server_says, server = await asyncio.open_connection(HOST, port)
            try:
                ways = (_carry(client_says, server, seconds), _carry(server_says, client, seconds))
                await asyncio.wait(map(asyncio.ensure_future, ways), return_when=asyncio.FIRST_COMPLETED)
            finally:
                server.close()

    async with listening(receive) as own_port:
        yield own_port


async def _carry(source: StreamReader, sink: StreamWriter, seconds: float) -> None:
    """Carry one direction until it ends; what is under way does not keep the next from setting out."""
    loop = asyncio.get_running_loop()
    while data := await source.read(_CHUNK):
        loop.call_later(seconds, _write, sink, data)
    await asyncio.sleep(seconds)


def _write(sink: StreamWriter, data: bytes) -> None:
    if not sink.is_closing():
        sink.write(data)
