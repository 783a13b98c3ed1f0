"""What every process of ours does alike: log as it is set, and stop when it is told to."""

import asyncio
import signal
from collections.abc import Awaitable
from typing import TypeVar

import stamina.instrumentation
from structlog.typing import Processor

from voyage.runtime import logs
from voyage.runtime.settings import RuntimeSettings

T = TypeVar("T")

OURS = ("consumer", "publisher", "saga", "voyage")


def set_up_logging(settings: RuntimeSettings, *more: Processor) -> None:
    """Log as the settings say, with `more` added to each line; callers log their own retries."""
    logs.set_up(settings, OURS, more)
    stamina.instrumentation.set_on_retry_hooks([])


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def unless_stopped(stop: asyncio.Event, work: Awaitable[T]) -> T | None:
    """The result of `work`, or None if `stop` is set first; `work` is then cancelled."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        return working.result()
    working.cancel()
    return None
