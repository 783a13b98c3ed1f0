"""A TCP proxy between our processes and a server: it cuts, stalls, forgets, and holds what was named."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from typing import Self

from tests.chaos.proxy.protocols import Bytes, Conversation, Passing, Way
from voyage.devstack.ports import HOST

CHUNK = 64 * 1024


class Trap:
    """Holds the first frame or call that matches, until it is let pass or cut; works once."""

    def __init__(self, matches: Callable[[Passing], bool]) -> None:
        self.matches = matches
        self._sprung = asyncio.Event()
        self._passes: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def sprung(self, within: float = 30.0) -> None:
        """Return when something is held; raises `TimeoutError` after `within` seconds."""
        await asyncio.wait_for(self._sprung.wait(), within)

    def let_pass(self) -> None:
        """Let it go on its way."""
        self._decide(passes=True)

    def cut(self) -> None:
        """It never arrives, and its connection breaks."""
        self._decide(passes=False)

    async def may_pass(self) -> bool:
        """Hold until it is decided."""
        self._sprung.set()
        return await self._passes

    def _decide(self, *, passes: bool) -> None:
        if not self._passes.done():  # its connection may have broken meanwhile
            self._passes.set_result(passes)


class Proxy:
    """Listens on a free port of 127.0.0.1 for the server on `target`; use it as an async context manager."""

    def __init__(self, target: int, speaks: type[Conversation] = Bytes) -> None:
        self._target = target
        self._speaks = speaks
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._open: set[StreamWriter] = set()
        self._links: list[set[Way]] = []
        self._traps: list[Trap] = []
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("the proxy is not listening")
        return int(self._server.sockets[0].getsockname()[1])

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
        """Drop all that passes these ways on the connections of now, their ends too; new ones are served.

        As a firewall does that has forgotten them: nobody is told.
        """
        for forgotten in self._links:
            forgotten.update(ways)

    def trap(self, name: str, about: str = "", way: Way = Way.REQUEST) -> Trap:
        """Set a trap for the next frame or call of this name, whose `about` contains the given text."""
        trap = Trap(lambda passing: (passing.way, passing.name) == (way, name) and about in passing.about)
        self._traps.append(trap)
        return trap

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server:
            self._server.close()
        self.cut()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _accept(self, client_says: StreamReader, client: StreamWriter) -> None:
        task = asyncio.create_task(self._serve(client_says, client))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, client_says: StreamReader, client: StreamWriter) -> None:
        try:
            server_says, server = await asyncio.open_connection(HOST, self._target)
        except OSError:
            client.transport.abort()
            return
        conversation, both, forgotten = self._speaks(), {client, server}, set[Way]()
        self._open |= both
        self._links.append(forgotten)
        ways = (
            asyncio.create_task(self._carry(conversation, Way.REQUEST, client_says, server, forgotten)),
            asyncio.create_task(self._carry(conversation, Way.ANSWER, server_says, client, forgotten)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ways:
                task.cancel()
            for writer in both:
                writer.transport.abort()
            self._open -= both
            self._links = [link for link in self._links if link is not forgotten]

    async def _carry(
        self,
        conversation: Conversation,
        way: Way,
        source: StreamReader,
        sink: StreamWriter,
        forgotten: set[Way],
    ) -> None:
        """Carry one direction until it ends or breaks, unless that is news that is to be forgotten."""
        bearer = way
        try:
            while data := await source.read(CHUNK):
                if way in forgotten:
                    continue
                for piece, passing in conversation.pieces(way, data):
                    await self._flowing.wait()
                    if passing and not await self._may_pass(passing):
                        return
                    sink.write(piece)
                bearer = Way.ANSWER if way is Way.REQUEST else Way.REQUEST
                await sink.drain()
                bearer = way
        except ConnectionError:
            pass
        if bearer in forgotten:
            await asyncio.Event().wait()

    async def _may_pass(self, passing: Passing) -> bool:
        for trap in self._traps:
            if trap.matches(passing):
                self._traps.remove(trap)
                return await trap.may_pass()
        return True
