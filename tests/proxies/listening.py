"""A listener of a test's own, which shows its visitors out at the end."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from voyage.devstack.ports import HOST


@asynccontextmanager
async def listening(receive: Callable[[StreamReader, StreamWriter], Awaitable[None]]) -> AsyncIterator[int]:
    """The port on which each visitor is received, and is cancelled if still there when the block ends."""
    inside: set[asyncio.Task[None]] = set()

    async def enter(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        inside.add(task)
        try:
            await receive(reader, writer)
        finally:
            writer.close()
            inside.discard(task)

    server = await asyncio.start_server(enter, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in inside:
            task.cancel()
        await asyncio.gather(*inside, return_exceptions=True)
