"""Waiting for a server that is away: trying for ever, a few seconds apart, and saying so in the log."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina
from temporalio.service import RPCError

log = logging.getLogger(__name__)

T = TypeVar("T")
PAUSE_LIMIT = 5.0
"""The most seconds between two tries."""


async def until_there(work: Callable[[], Awaitable[T]], away: type[Exception] = RPCError) -> T:
    """What the work returns, tried for as long as it raises `away`; each time is a warning in the log."""
    async for attempt in stamina.retry_context(on=away, attempts=None, timeout=None, wait_max=PAUSE_LIMIT):
        with attempt:
            try:
                return await work()
            except away as failure:
                log.warning("%s Trying again.", _told(failure))
                raise
    raise AssertionError("a retry without an end has ended")


def _told(failure: Exception) -> str:
    if isinstance(failure, RPCError):
        return f"Temporal does not answer ({failure.message or failure.status.name})."
    return str(failure)
