"""From when to when a client can be used: in the event loop and process that made it, until it is closed."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from publisher.errors import ClientClosedError, ForeignLoopError
from voyage.runtime.awaiting import forget

T = TypeVar("T")


class Lifetime:
    """Of one client; everything that waits in it ends when it is closed."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._process = os.getpid()
        self._closed: asyncio.Future[None] = self._loop.create_future()

    @property
    def is_ours(self) -> bool:
        """Whether we are in the event loop and the process in which the client was made."""
        return os.getpid() == self._process and asyncio.get_running_loop() is self._loop

    def close(self) -> None:
        """End it, once or more often."""
        if not self._closed.done():
            self._closed.set_result(None)

    def require(self) -> None:
        """Raise `ClientClosedError` or `ForeignLoopError` if the client can't be used here and now."""
        if not self.is_ours:
            raise ForeignLoopError(
                "This client belongs to another event loop, or to the process before a fork. "
                "Connect one in each: Client.connect()."
            )
        if self._closed.done():
            raise ClientClosedError("This client is closed. Connect a new one: Client.connect().")

    async def lasting(self, work: Callable[[], Awaitable[T]]) -> T:
        """The result of `work`; raises `ClientClosedError` as soon as the client is closed."""
        self.require()
        working = asyncio.ensure_future(work())
        ends: set[asyncio.Future[Any]] = {working, self._closed}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                self.require()
        finally:
            if not working.done():
                working.add_done_callback(forget)
                working.cancel()
        return working.result()
