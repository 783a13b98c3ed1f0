"""Waiting in tests: a described condition with a deadline, never a bare sleep."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, TypeVar, cast

T = TypeVar("T")


async def eventually(
    what: str, check: Callable[[], T | Awaitable[T]], within: float = 30.0, every: float = 0.05
) -> T:
    """The first truthy answer of `check`; fails, saying what was waited for, after `within` seconds."""
    deadline = time.monotonic() + within
    last: Any = None
    while time.monotonic() < deadline:
        last = check()
        if isawaitable(last):
            last = await last
        if last:
            return cast("T", last)
        await asyncio.sleep(every)
    message = f"waited {within:g} s for: {what}; last seen: {last!r}"
    raise AssertionError(message)
