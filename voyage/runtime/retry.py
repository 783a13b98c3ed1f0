"""Retrying until a server is available: for ever, a few seconds apart, and said in the log."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina

from voyage.runtime.outages import OUTAGES

log = logging.getLogger(__name__)

T = TypeVar("T")
WAIT_LIMIT = 5.0
"""The most seconds between two tries."""
AWAITED: dict[str, str] = {}
"""The servers that are waited for now, each with why."""
_START = "start"


async def retry_until_available(
    server: str,
    work: Callable[[], Awaitable[T]],
    away: type[Exception],
    describe: Callable[[Exception], str] = str,
) -> T:
    """What the work returns, tried for as long as it raises `away`; the log says so, and of which server."""
    async for attempt in stamina.retry_context(on=away, attempts=None, timeout=None, wait_max=WAIT_LIMIT):
        with attempt:
            try:
                done = await work()
            except away as failure:
                OUTAGES.lost(server, _START)
                AWAITED[server] = describe(failure)
                log.warning("%s Trying again.", AWAITED[server], extra={"away": server})
                raise
            AWAITED.pop(server, None)
            OUTAGES.back(server, _START)
            return done
    raise AssertionError("a retry without an end has ended")
