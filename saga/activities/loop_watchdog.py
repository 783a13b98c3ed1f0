"""Notices a supplier's async method that blocks the event loop, and says which it is while it does."""

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any
from weakref import WeakSet

from saga.suppliers.plain_methods import InThreads, name_of

log = logging.getLogger(__name__)

LATE = 1.0
"""Seconds after which the loop counts as blocked."""
_INTERVAL = 0.25
_watched: WeakSet[asyncio.AbstractEventLoop] = WeakSet()
_reported: set[str] = set()


def watch_loop(caller: Callable[..., Any]) -> None:
    """Watch the running loop until it is closed, from a thread, as a blocked loop can say nothing.

    Whoever blocks it is told from the frame of `caller`, which has locals `supplier`, `operation` and `call`.
    """
    loop = asyncio.get_running_loop()
    if loop in _watched:
        return
    _watched.add(loop)
    watched = (loop, threading.get_ident(), caller)
    threading.Thread(target=_watch, args=watched, daemon=True, name="loop watchdog").start()


def _watch(loop: asyncio.AbstractEventLoop, thread: int, caller: Callable[..., Any]) -> None:
    while not loop.is_closed():
        answered = threading.Event()
        try:
            loop.call_soon_threadsafe(answered.set)
        except RuntimeError:
            return
        if not answered.wait(LATE):
            _report(sys._current_frames().get(thread), caller)  # noqa: SLF001 -- the only way to see what blocks it
            while not loop.is_closed() and not answered.wait(LATE):
                pass
        time.sleep(_INTERVAL)


def _report(innermost: FrameType | None, caller: Callable[..., Any]) -> None:
    """Log, once for each method, where the loop stands; nothing if that is no supplier's async method."""
    frame, through_thread = innermost, False
    while frame and frame.f_code is not caller.__code__:
        through_thread |= frame.f_code is InThreads.in_thread.__code__
        frame = frame.f_back
    if not innermost or not frame or through_thread:
        return
    asked = frame.f_locals
    method = f"{name_of(asked['supplier'])}.{asked['operation']} ({asked['call'].leg})"
    if method in _reported:
        return
    _reported.add(method)
    log.error(
        "%s has blocked the event loop for %g s, at %s:%d: heartbeats and all other bookings of this worker "
        "wait for it. Make it a plain method (def, without async), which runs in a thread. This is said once",
        method,
        LATE,
        Path(innermost.f_code.co_filename).name,
        innermost.f_lineno,
    )
