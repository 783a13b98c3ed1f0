"""What every process of ours does alike: log as it is set, and stop when it is told to."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, TypeVar

import stamina.instrumentation
from structlog.typing import Processor

from voyage.runtime import logs
from voyage.runtime.awaiting import library_calls
from voyage.runtime.settings import RuntimeSettings

T = TypeVar("T")
U = TypeVar("U")

log = logging.getLogger(__name__)

_LET_FINISH = 1.0  # seconds in which what goes on beside a failure may finish
LET_END = 5.0  # seconds in which what is told to end may do so
MARGIN = 15.0  # seconds that a stop may take beyond what is in flight
OURS = ("console", "consumer", "publisher", "saga", "voyage")


def set_up_logging(settings: RuntimeSettings, *more: Processor) -> None:
    """Log as the settings say, with `more` added to each line; callers log their own retries."""
    logs.set_up(settings, OURS, more)
    stamina.instrumentation.set_on_retry_hooks([])


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM, SIGINT and SIGHUP set; the last unless it is ignored, as by nohup."""
    stop = asyncio.Event()
    hangup = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN else set()
    for number in (signal.SIGTERM, signal.SIGINT, *hangup):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def unless_stopped(stop: asyncio.Event, work: Awaitable[T]) -> T | None:
    """The result of `work`, or None if `stop` is set first; `work` is then cancelled, and has seconds to end.

    After `stop`, it does not even begin.

    A result that it has all the same is given, for the caller to put away.
    """
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    if stop.is_set():
        working.cancel()
    try:
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        if working.done() and not stop.is_set():
            with library_calls():
                return working.result()
        working.cancel()
        await asyncio.wait([working], timeout=LET_END)
    finally:
        stopping.cancel()
        working.cancel()
    has_result = working.done() and not working.cancelled() and working.exception() is None
    return working.result() if has_result else None


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel them and wait until they have ended, for some seconds at most."""
    told = list(tasks)
    for task in told:
        task.cancel()
    if told:
        await asyncio.wait(told, timeout=LET_END)
    for task in told:
        if task.done() and not task.cancelled():
            task.exception()  # or asyncio would log that nobody looked


async def side_by_side(one: Coroutine[Any, Any, T], other: Coroutine[Any, Any, U]) -> tuple[T, U]:
    """The results of both; raises what one raises, once the other has ended or was told to."""
    first, second = asyncio.create_task(one), asyncio.create_task(other)
    both: tuple[asyncio.Task[Any], ...] = (first, second)
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_EXCEPTION)
        # If one has failed: aiormq logs a traceback when a channel is cut off while it opens.
        await asyncio.wait(both, timeout=_LET_FINISH)
        with library_calls():
            for task in both:
                if task.done():
                    task.result()
    finally:
        await end(both)
    return first.result(), second.result()


class Shutdown(AsyncExitStack):
    """What a process closes at its end; before that, all that has something in flight finishes side by side.

    All of it takes `grace` seconds, the longest that one of them has, and `MARGIN` for what surrounds it.
    Then the process ends, whatever hangs: what is not finished is done again elsewhere.
    """

    def __init__(self, grace: float) -> None:
        super().__init__()
        self._within = grace + MARGIN
        self._calls: list[Callable[[], Awaitable[None]]] = []

    def finish(self, call: Callable[[], Awaitable[None]]) -> None:
        """Call this at the end, at the same time as others; one that fails is logged and keeps none back."""
        self._calls.append(call)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None:
        """Finish, and close in the reverse order of opening."""
        end = threading.Timer(self._within + LET_END, _end_now)
        end.daemon = True
        end.start()
        try:
            if self._calls:
                done, _ = await asyncio.wait([*map(_begin, self._calls)], timeout=self._within)
                for failure in filter(None, (one.exception() for one in done if not one.cancelled())):
                    log.error("What should finish has failed", exc_info=failure)
            return await super().__aexit__(kind, error, trace)
        finally:
            end.cancel()


def _begin(call: Callable[[], Awaitable[None]]) -> asyncio.Future[None]:
    return asyncio.ensure_future(call())


def _end_now() -> None:
    log.warning("Not stopped in time: the process ends, and what it has in flight is done again elsewhere")
    os._exit(0)
