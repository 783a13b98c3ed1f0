"""Signs of life of an activity that takes its time, so that Temporal notices soon when its process dies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity


@asynccontextmanager
async def heartbeating(doing: str) -> AsyncIterator[None]:
    """Heartbeat while the block runs, with the try's number; also how a cancellation reaches an activity.

    A first try that is done within a third of its heartbeat timeout never sends any. A later one sends one at
    once, so that Temporal knows its number if the process dies.
    """
    info = activity.info()
    timeout = info.heartbeat_timeout
    if timeout and info.attempt > 1:
        activity.heartbeat(doing, info.attempt)

    async def beat() -> None:
        while timeout:
            await asyncio.sleep(timeout.total_seconds() / 3)
            activity.heartbeat(doing, info.attempt)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
