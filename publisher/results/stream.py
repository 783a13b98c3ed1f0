"""Results as a stream, one after the other, each acked when the next one is asked for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Self

from publisher.contract.result import BookingResult
from publisher.results.giving_back import GivingBack
from publisher.results.subscription import Subscription
from publisher.results.taken import Taken
from voyage.runtime.awaiting import ended_within, forget

Subscribe = Callable[[], Awaitable[Subscription]]
_GIVE_BACK_TIMEOUT = 1.0  # seconds; later RabbitMQ delivers it again by itself, not knowing of the try
_LEFT = "whoever had it ended, and did not ask for another"


class Results(AsyncIterator[BookingResult]):
    """Results as they come, each acked when the next one is asked for.

    It ends after so many results, after a silence, by `aclose`, or when nobody has it any more. Cancelling a
    wait, as `asyncio.wait_for(anext(results), 1)` does, ends nothing and loses nothing. The one that was
    given last, if none was asked for after it, comes again later, to whoever subscribes then.
    """

    def __init__(
        self, subscribe: Subscribe, giving_back: GivingBack, count: int | None, timeout: float | None
    ) -> None:
        self._subscribe = subscribe
        self._giving_back = giving_back
        self._wanted = count
        self._timeout = timeout
        self._subscribing: asyncio.Future[Subscription] | None = None
        self._closing: asyncio.Future[None] | None = None
        self._given: Taken | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> BookingResult:
        """The next one; raises `ClientClosedError` when its client is closed."""
        if self._closing:
            raise StopAsyncIteration
        subscription = await self._subscription()
        if self._given:
            given, self._given = self._given, None
            await subscription.done(given)
        self._given = await self._next(subscription)
        if self._given is None:
            await self.aclose()
            raise StopAsyncIteration
        return self._given.result

    async def aclose(self) -> None:
        """End it within seconds; twice is once."""
        await asyncio.shield(self._end())

    def __del__(self) -> None:
        """Give back what a loop took that was left by `break` or an error."""
        if self._subscribing and not self._closing:
            with suppress(RuntimeError):  # its event loop has ended before
                self._subscribing.get_loop().call_soon_threadsafe(self._end)

    def _end(self) -> asyncio.Future[None]:
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
            _CLOSING.add(self._closing)
            self._closing.add_done_callback(_CLOSING.discard)
        return self._closing

    async def _next(self, subscription: Subscription) -> Taken | None:
        if self._wanted == 0:
            return None
        try:
            async with asyncio.timeout(self._timeout):
                taken = await subscription.next()
        except (StopAsyncIteration, TimeoutError):
            return None
        if self._wanted is not None:
            self._wanted -= 1
        return taken

    async def _subscription(self) -> Subscription:
        if self._subscribing is None:
            self._subscribing = asyncio.ensure_future(self._subscribe())
            self._subscribing.add_done_callback(forget)
        try:
            return await asyncio.shield(self._subscribing)
        except Exception:
            self._subscribing = None
            raise

    async def _close(self) -> None:
        if self._subscribing is None:
            return
        with suppress(Exception):  # what it raised, it has told
            subscription = await ended_within(_GIVE_BACK_TIMEOUT, self._subscribing)
            await subscription.stop()
            if self._given:
                with suppress(TimeoutError):
                    await ended_within(_GIVE_BACK_TIMEOUT, self._giving_back.give_back(self._given, _LEFT))
            await subscription.end()


_CLOSING = set[asyncio.Future[None]]()
"""Held until they are done, as an event loop holds its tasks weakly."""
