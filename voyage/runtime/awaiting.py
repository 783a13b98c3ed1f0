"""Awaiting what others wrote: a library may cancel its own futures, and may not end when it is told to."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
_GIVEN_UP = "the library gave its connection up"


@contextmanager
def library_calls() -> Iterator[None]:
    """Turn a `CancelledError` that nobody asked of this task into a `ConnectionAbortedError`.

    aiormq answers with it whoever waits for a connection that it gives up, and what is meant for nobody would
    end the process, as no `except Exception` stops it. A task that is cancelled itself still is. To some it
    answers with `Exception()`, which says nothing, and which nobody who waits for a connection catches.
    """
    try:
        yield
    except asyncio.CancelledError as cancelled:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise ConnectionAbortedError(_GIVEN_UP) from cancelled
    except Exception as failure:
        if type(failure) is not Exception:
            raise
        raise ConnectionAbortedError(_GIVEN_UP) from failure


def stop_if_cancelled() -> None:
    """Raise the `CancelledError` that a library has swallowed, so that a loop ends.

    Before Python 3.12 `asyncio.wait_for` swallows it, if what it waits for comes at the same moment.
    """
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


async def ended_within(seconds: float, work: Awaitable[T]) -> T:
    """The result of `work`; raises `TimeoutError` after so many seconds.

    Work that is late is told to end, and not waited for: to close a connection can hang as much as to use it.
    """
    working = asyncio.ensure_future(work)
    try:
        await asyncio.wait({working}, timeout=seconds)
        if not working.done():
            raise TimeoutError(f"no answer within {seconds:g} s")
    finally:
        if not working.done():
            working.add_done_callback(forget)
            working.cancel()
    with library_calls():
        return working.result()


def forget(late: "asyncio.Future[Any]") -> None:
    """Look at what became of work that nobody waits for any more, or asyncio would log that nobody did."""
    if not late.cancelled():
        late.exception()
