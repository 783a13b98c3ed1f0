"""A door to a server that can be shut: connections break, and new ones are refused until it is opened."""

import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from typing import Self

from voyage.devstack.ports import HOST

_CHUNK = 65536


class Gate:
    """Passes on to `host:port`; use it as an async context manager, which opens it."""

    def __init__(self, host: str, port: int) -> None:
        self._behind = host, port
        self._server: asyncio.Server | None = None
        self._inside: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self) -> None:
        """Let everybody in, at the same port as before."""
        self._server = await asyncio.start_server(self._receive, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Break every connection and refuse new ones, as a server that has ended does."""
        if self._server:
            self._server.close()
        for visit in self._inside:
            visit.cancel()
        await asyncio.gather(*self._inside, return_exceptions=True)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.shut()

    def _receive(self, reader: StreamReader, writer: StreamWriter) -> None:
        visit = asyncio.create_task(self._pass_on(reader, writer))
        self._inside.add(visit)
        visit.add_done_callback(self._inside.discard)

    async def _pass_on(self, reader: StreamReader, writer: StreamWriter) -> None:
        behind, ahead = await asyncio.open_connection(*self._behind)
        both = [asyncio.create_task(_copy(reader, ahead)), asyncio.create_task(_copy(behind, writer))]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in both:
                way.cancel()
            for end in (ahead, writer):
                end.transport.abort()


async def _copy(source: StreamReader, target: StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()
