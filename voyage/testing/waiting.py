"""Waiting in the test's thread: for something that is named, with a deadline, while the processes live."""

import time
from collections.abc import Callable
from typing import TypeVar

from voyage.testing.errors import HarnessError

T = TypeVar("T")
Alive = Callable[[], None]
"""Raises if a process that everybody waits for has ended."""

WITHIN = 30.0
"""Seconds, if a test doesn't say how long to wait."""
_PAUSE = 0.01


def until(check: Callable[[], T | None], what: Callable[[], str], within: float, alive: Alive) -> T:
    """The first truthy answer of `check`; raises `HarnessError`, with `what` was awaited, after so long."""
    __tracebackhide__ = True
    deadline = time.monotonic() + within
    while not (answer := check()):
        alive()
        if time.monotonic() > deadline:
            raise HarnessError(f"Waited {within:g} s for {what()}.")
        time.sleep(_PAUSE)
    return answer
