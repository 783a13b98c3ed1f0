"""Whether a process does its work: checks, and a watchdog that tries to recover, or gives up."""

import asyncio
import logging
import math
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import Gauge

from voyage.errors import StuckError
from voyage.runtime.awaiting import ended_within
from voyage.runtime.outages import OUTAGES
from voyage.runtime.settings import RuntimeSettings

log = logging.getLogger(__name__)

STUCK_EXIT_CODE = 3
_CHECK_TIMEOUT = 15.0
_FIRST_INTERVAL = 0.1  # seconds; they double
_SETTLING = 5.0  # seconds in which a process that starts need not be ready yet
_CLOSE_TIMEOUT = 30.0
_READY = Gauge("voyage_ready", "1 while the process does its work", ["part"])


@dataclass(frozen=True)
class Problem:
    """Why the process is not ready: a word for programs, a sentence for people.

    `stuck`: everything that it needs is there, so waiting does not help: recover, or start it anew.
    `away`: the server that is missing, if one is.
    """

    reason: str
    text: str
    stuck: bool = False
    away: str = ""


STARTING = Problem("starting", "Waiting for its servers")
STOPPING = Problem("stopping", "Told to stop: finishing what is in flight")


class Check(Protocol):
    """One thing that must hold for the process to do its work."""

    @property
    def name(self) -> str:
        """What is checked, as the log and `/readyz` name it."""
        ...

    async def problem(self) -> Problem | None:
        """Ask for the truth; None if all is well."""
        ...

    async def recover(self) -> None:
        """Try to end the problem; may do nothing, or raise."""
        ...


class Watchdog:
    """Asks every check again and again; `problems` is what it found last, by the check's name.

    `parts` is what the process is, `consumer`, `worker` or both: the metric has a series for each.
    """

    def __init__(self, settings: RuntimeSettings, *parts: str) -> None:
        self._settings = settings
        self._checks: tuple[Check, ...] = ()
        self._stuck_since: dict[str, float] = {}
        self._was_ready = False
        self._told: dict[str, Problem] = {}
        self._settled_at = math.inf
        self._next_interval = _FIRST_INTERVAL
        self.problems: dict[str, Problem] = {"process": STARTING}
        for part in parts:
            _READY.labels(part).set_function(lambda: float(not self.problems))

    async def run(self, checks: Iterable[Check], stop: asyncio.Event) -> None:
        """Watch until `stop` is set; raises `StuckError` when a check stays stuck for too long."""
        self._checks = tuple(checks)
        self._settled_at = time.monotonic() + _SETTLING
        while not stop.is_set():
            await self._check_all()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._interval())
        self.problems = {"process": STOPPING}

    def _interval(self) -> float:
        """Soon again at first, and ever less often: a busy server must not starve over our questions."""
        if not self._was_ready:
            self._next_interval = min(self._next_interval * 2, self._settings.health_check_interval)
            return self._next_interval
        return self._settings.health_check_interval

    async def _check_all(self) -> None:
        found = await asyncio.gather(*map(_problem_of, self._checks))
        before = self.problems
        self.problems = {
            check.name: problem for check, problem in zip(self._checks, found, strict=True) if problem
        }
        self._log_changes(before)
        await asyncio.gather(*map(self._recover, self._checks))

    def _log_changes(self, before: dict[str, Problem]) -> None:
        if self._was_ready or time.monotonic() >= self._settled_at:
            self._log_problems()
        for name, problem in self.problems.items():
            if problem.away:
                OUTAGES.lost(problem.away, name)
        for name, problem in before.items():
            if problem.away and not (name in self.problems and self.problems[name].away == problem.away):
                OUTAGES.back(problem.away, name)
        if before and not self.problems:
            self._was_ready = True
            log.info("Ready")

    def _log_problems(self) -> None:
        """Those that have not been told; a worker that has just begun to poll is no news for anybody."""
        told, self._told = self._told, self.problems
        level = logging.WARNING if self._was_ready else logging.INFO
        for name, problem in self.problems.items():
            if told.get(name) != problem:
                about = {"away": problem.away}
                log.log(level, "Not ready: %s: %s (%s)", name, problem.text, problem.reason, extra=about)

    async def _recover(self, check: Check) -> None:
        problem = self.problems.get(check.name)
        if not problem or not problem.stuck:
            self._stuck_since.pop(check.name, None)
            return
        lasts = time.monotonic() - self._stuck_since.setdefault(check.name, time.monotonic())
        if lasts >= self._settings.give_up_after:
            # Closing may hang on whatever is stuck; the process must end all the same.
            asyncio.get_running_loop().call_later(_CLOSE_TIMEOUT, os._exit, STUCK_EXIT_CODE)
            raise StuckError(f"{check.name}: {problem.text}, for {lasts:.0f} s; giving up, start me anew")
        if lasts >= self._settings.recover_after:
            try:
                await ended_within(_CHECK_TIMEOUT, check.recover())
            except Exception as failure:  # noqa: BLE001 -- whatever it is, the next look tries again
                log.warning("%s can't recover yet: %s", check.name, failure or type(failure).__name__)


async def _problem_of(check: Check) -> Problem | None:
    try:
        return await ended_within(_CHECK_TIMEOUT, check.problem())
    except Exception as failure:  # noqa: BLE001 -- a check that breaks is a process that isn't ready
        return Problem("unknown", f"It could not be found out: {failure or type(failure).__name__}")
