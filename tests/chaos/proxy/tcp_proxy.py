"""A TCP proxy between our processes and a server: it breaks what passes in many ways."""

import asyncio
from asyncio import StreamReader, StreamWriter
from typing import Self

from tests.chaos.proxy.line import Line, Link
from tests.chaos.proxy.protocols import Bytes, Conversation, Passing, Way
from tests.chaos.proxy.trap import Trap
from voyage.devstack.ports import HOST


class Proxy:
    """Listens on a free port of 127.0.0.1 for the server on `target`; use it as an async context manager."""

    def __init__(self, target: int, speaks: type[Conversation] = Bytes) -> None:
        self._target = target
        self._speaks = speaks
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._open: set[StreamWriter] = set()
        self._lines: set[Line] = set()
        self.link = Link()
        """How what passes travels, from now on."""
        self._traps: list[Trap] = []
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        """Where it listens, once it does."""

    async def open(self) -> None:
        """Let everybody in, at the same port as before."""
        self._server = await asyncio.start_server(self._accept, HOST, self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def shut(self) -> None:
        """Break every connection and refuse new ones, as a server that has ended does."""
        if self._server:
            self._server.close()
        self.cut()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def cut(self) -> None:
        """Break every connection; new ones are served."""
        for writer in self._open:
            writer.transport.abort()

    def stall(self) -> None:
        """Let nothing pass from now on; connections stay open."""
        self._flowing.clear()

    def flow(self) -> None:
        """End a stall; what was held arrives."""
        self._flowing.set()

    def forget(self, *ways: Way) -> None:
        """Lose what the open connections say in these directions, for good and without a word; new ones work.

        As a firewall does that has forgotten them. Where the bytes are lost, a close is lost too.
        """
        for line in self._lines:
            line.forgotten |= line.way in ways

    def trap(self, name: str, about: str = "", way: Way = Way.REQUEST) -> Trap:
        """Set a trap for the next frame or call of this name, whose `about` contains the given text."""
        trap = Trap(lambda passing: (passing.way, passing.name) == (way, name) and about in passing.about)
        self._traps.append(trap)
        return trap

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.shut()

    def _accept(self, client_says: StreamReader, client: StreamWriter) -> None:
        task = asyncio.create_task(self._serve(client_says, client))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, client_says: StreamReader, client: StreamWriter) -> None:
        await asyncio.sleep(2 * self.link.delay)  # the handshake
        try:
            server_says, server = await asyncio.open_connection(HOST, self._target)
        except OSError:
            client.transport.abort()
            return
        conversation, both = self._speaks(), {client, server}
        lines = {
            Line(Way.REQUEST, self.link, client_says, server),
            Line(Way.ANSWER, self.link, server_says, client),
        }
        self._open |= both
        self._lines |= lines
        tasks = [asyncio.create_task(self._carry(conversation, line)) for line in lines]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for writer in both:
                writer.transport.abort()
            self._open -= both
            self._lines -= lines

    async def _carry(self, conversation: Conversation, line: Line) -> None:
        """Carry one direction until it ends or breaks."""
        try:
            async for data in line.read():
                for piece, passing in conversation.pieces(line.way, data):
                    await self._flowing.wait()
                    if passing and not await self._may_pass(passing):
                        return
                    await line.write(piece)
            await line.arrived()
        except ConnectionError:
            return

    async def _may_pass(self, passing: Passing) -> bool:
        for trap in self._traps:
            if trap.matches(passing):
                self._traps.remove(trap)
                return await trap.may_pass()
        return True
