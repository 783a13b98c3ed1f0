"""A door to RabbitMQ that hangs up on whoever says a certain word, as a filter on the way may."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from yarl import URL

from tests.proxies.listening import listening
from voyage.devstack.ports import HOST

CHUNK = 65536


@asynccontextmanager
async def censor(url: str, word: bytes) -> AsyncIterator[str]:
    """The AMQP URL of the door; what RabbitMQ says passes in any case."""
    behind = URL(url)

    async def receive(reader: StreamReader, writer: StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(behind.host, behind.port)
        try:
            with suppress(ExceptionGroup, ConnectionError):
                async with asyncio.TaskGroup() as both:
                    both.create_task(_carry(reader, to_server, word))
                    both.create_task(_carry(from_server, writer, None))
        finally:
            to_server.close()

    async with listening(receive) as port:
        yield str(behind.with_host(HOST).with_port(port))


async def _carry(source: StreamReader, target: StreamWriter, word: bytes | None) -> None:
    while data := await source.read(CHUNK):
        if word and word in data:
            break
        target.write(data)
        await target.drain()
    raise ConnectionResetError
