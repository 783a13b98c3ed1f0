"""A check that breaks, in whichever way, is a process that isn't ready, and never one that ends."""

import asyncio

from tests.poll import eventually
from voyage.runtime.health import Problem, Watchdog
from voyage.runtime.settings import RuntimeSettings


class GivenUp:
    """A check, and a mend, that aiormq answers as it gives up the connection they use."""

    name = "connection"

    def __init__(self) -> None:
        self.asked = self.mended = 0

    async def problem(self) -> Problem | None:
        self.asked += 1
        if self.asked < 3:
            raise asyncio.CancelledError
        return Problem("stuck", "It does nothing", stuck=True)

    async def recover(self) -> None:
        self.mended += 1
        raise asyncio.CancelledError


async def test_a_cancel_that_nobody_asked_for_does_not_end_the_watchdog() -> None:
    watchdog, stop, check = Watchdog(RuntimeSettings(recover_after=0)), asyncio.Event(), GivenUp()
    watching = asyncio.create_task(watchdog.run([check], stop))

    def looks_on() -> bool:
        assert not watching.done()
        return check.mended > 1

    await eventually("the watchdog to look and mend again", looks_on)
    assert watchdog.problems
    stop.set()
    await watching
