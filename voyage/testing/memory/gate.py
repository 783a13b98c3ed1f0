"""A gate that a test shuts and opens, and at which the client waits, in whatever thread its loop runs."""

import asyncio
from contextlib import suppress

Waiting = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class Gate:
    """Open at first."""

    def __init__(self) -> None:
        self.is_open = True
        self._waiting = list[Waiting]()

    async def passed(self) -> None:
        """Return when it is open."""
        while not self.is_open:
            loop = asyncio.get_running_loop()
            opened = loop.create_future()
            self._waiting.append((loop, opened))
            await opened

    def shut(self) -> None:
        """Let nobody pass."""
        self.is_open = False

    def open(self) -> None:
        """Let everybody pass."""
        self.is_open = True
        waiting, self._waiting = self._waiting, []
        for loop, opened in waiting:
            with suppress(RuntimeError):  # its loop has ended
                loop.call_soon_threadsafe(_resolve, opened)


def _resolve(opened: "asyncio.Future[None]") -> None:
    if not opened.done():
        opened.set_result(None)
