"""A check that breaks, in whichever way, is a process that isn't ready, and never one that ends."""

import asyncio
import logging

import pytest

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


class SoonWell:
    """A check of something that has only just begun."""

    name = "worker"

    def __init__(self) -> None:
        self.asked = 0

    async def problem(self) -> Problem | None:
        self.asked += 1
        return None if self.asked in (3, 4) else Problem("no_poller", "Nobody polls", stuck=True)

    async def recover(self) -> None:
        """Nothing to do."""


async def test_what_a_start_takes_is_no_news_and_what_comes_later_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="voyage.runtime.health")
    watchdog, stop, check = Watchdog(RuntimeSettings(health_check_interval=0.01)), asyncio.Event(), SoonWell()
    watching = asyncio.create_task(watchdog.run([check], stop))
    await eventually("the check to fail again", lambda: check.asked > 6)
    stop.set()
    await watching

    said = [record.getMessage() for record in caplog.records]
    assert said == ["Ready", "Not ready: worker: Nobody polls (no_poller)"]
