"""Waiting in tests: a described condition with a deadline, never a bare sleep."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(what: str, check: Callable[[], Awaitable[T | None]], within: float = ...) -> T: ...
@overload
async def eventually(what: str, check: Callable[[], T | None], within: float = ...) -> T: ...
async def eventually(
    what: str, check: Callable[[], T | None] | Callable[[], Awaitable[T | None]], within: float = 30.0
) -> T:
    """The first truthy answer of `check`; fails, saying what was waited for, after `within` seconds."""
    deadline = time.monotonic() + within
    last: T | None = None
    while time.monotonic() < deadline:
        answer = check()
        last = await answer if isinstance(answer, Awaitable) else answer
        if last:
            return last
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited {within:g} s for: {what}; last seen: {last!r}")
