"""Signs of life of an activity that takes its time, so that Temporal notices soon when its process dies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity


@asynccontextmanager
async def heartbeating(doing: str) -> AsyncIterator[None]:
    """Heartbeat while the block runs; also how a cancellation reaches a running activity.

    One that is done within a third of its heartbeat timeout never sends any.
    """
    timeout = activity.info().heartbeat_timeout

    async def beat() -> None:
        while timeout:
            await asyncio.sleep(timeout.total_seconds() / 3)
            activity.heartbeat(doing)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
