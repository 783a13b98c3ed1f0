"""Calls to a supplier that wait for the test."""

import asyncio
from types import TracebackType
from typing import Self

from voyage.testing.ledger import Call
from voyage.testing.waiting import WITHIN, Alive, until


class Hold:
    """Calls that wait until the test lets them go on, by `go_on()` or at the end of a `with` block."""

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop, alive: Alive) -> None:
        self._name, self._loop, self._alive = name, loop, alive
        self._open = asyncio.Event()
        self._came = 0

    def wait(self, calls: int = 1, *, within: float = WITHIN) -> None:
        """Return when so many calls have come; raises `HarnessError` after `within` seconds."""
        __tracebackhide__ = True
        until(
            lambda: self._came >= calls,
            lambda: f"{calls} held {self._name!r}; {self._came} came",
            within,
            self._alive,
        )

    def go_on(self) -> None:
        """Let them go on, and hold no more."""
        self._loop.call_soon_threadsafe(self._open.set)

    async def act(self, _: Call) -> None:
        """One call: it waits here."""
        self._came += 1
        await self._open.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.go_on()
