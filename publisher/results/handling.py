"""Several results at a time, each handed to a callback, and acked when that returns."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from inspect import isawaitable

from publisher.contract.result import BookingResult
from publisher.results.giving_back import GivingBack
from publisher.results.subscription import Subscription
from publisher.results.taken import Taken
from publisher.trace_context import trace_continued

log = logging.getLogger(__name__)
Callback = Callable[[BookingResult], Awaitable[object]]
GRACE = 2.0
"""Seconds that callbacks have to end by themselves when the handling ends."""


class Handling:
    """Calls back for each result, at most `concurrency` at a time, in the trace of its request."""

    def __init__(
        self, callback: Callback, subscription: Subscription, giving_back: GivingBack, concurrency: int
    ) -> None:
        self._callback = callback
        self._subscription = subscription
        self._giving_back = giving_back
        self._room = asyncio.Semaphore(concurrency)
        self._running = set[asyncio.Task[None]]()
        self._closing: asyncio.Future[None] | None = None

    async def run(self) -> None:
        """Until it is cancelled, or its client closed: `ClientClosedError`."""
        try:
            while True:
                await self._room.acquire()
                self._begin(await self._subscription.next())
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """End it: callbacks have some seconds, then they are cancelled, and their results come again."""
        await asyncio.shield(self._end())

    def _end(self) -> asyncio.Future[None]:
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
        return self._closing

    def _begin(self, taken: Taken) -> None:
        task = asyncio.create_task(self._handle(taken))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._room.release()

    async def _handle(self, taken: Taken) -> None:
        try:
            with trace_continued(taken.result.trace_headers):
                called = self._callback(taken.result)
                if isawaitable(called):
                    await called
        except (Exception, asyncio.CancelledError) as failure:  # noqa: BLE001 -- it is somebody else's code
            if self._closing and isinstance(failure, asyncio.CancelledError):
                return  # it comes again
            await self._failed(taken, failure)
        else:
            await self._subscription.done(taken)

    async def _failed(self, taken: Taken, failure: BaseException) -> None:
        said = f"{type(failure).__name__}: {failure}"
        text = "Try %d of %d with the result of booking %s failed; it comes again later, or is parked"
        log.warning(text, taken.tries + 1, self._giving_back.tries, taken.result.booking_id, exc_info=failure)
        if await self._giving_back.give_back(taken, said):
            self._subscription.left(taken)
        else:
            self._subscription.put_off(taken)

    async def _close(self) -> None:
        stopping = asyncio.ensure_future(self._subscription.stop())
        await asyncio.wait([stopping, *self._running], timeout=GRACE)
        for task in tuple(self._running):
            task.cancel()
        await self._subscription.end()
