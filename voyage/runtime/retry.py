"""Retrying until a server is available: for ever, a few seconds apart, and said in the log."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina

log = logging.getLogger(__name__)

T = TypeVar("T")
WAIT_LIMIT = 5.0
"""The most seconds between two tries."""


async def retry_until_available(
    work: Callable[[], Awaitable[T]], away: type[Exception], describe: Callable[[Exception], str] = str
) -> T:
    """What the work returns, tried for as long as it raises `away`; each failure is a warning in the log."""
    async for attempt in stamina.retry_context(on=away, attempts=None, timeout=None, wait_max=WAIT_LIMIT):
        with attempt:
            try:
                return await work()
            except away as failure:
                log.warning("%s Trying again.", describe(failure))
                raise
    raise AssertionError("a retry without an end has ended")
