"""A trap on a link: it holds one named frame or call."""

import asyncio
from collections.abc import Callable

from tests.chaos.proxy.protocols import Passing


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
