"""What RabbitMQ delivers of a queue of results, and which of it is due."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from typing import Self

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue, AbstractRobustConnection

from publisher.amqp.connection import open_channel
from publisher.amqp.refusals import told_by_name
from publisher.amqp.result_message import ack, parse_result
from publisher.contract.result import BookingResult
from publisher.lifetime import Lifetime
from publisher.results.taken import Taken, pause_after, tries_of
from voyage.runtime.awaiting import ended_within, library_calls

SetAside = Callable[[AbstractIncomingMessage], Awaitable[None]]
REMEMBERED = 10_000  # answers among which repeats are recognised
_END_TIMEOUT = 1.0  # seconds


class Subscription:
    """Takes at most `prefetch` results that are not acked, from a queue on a channel of its own.

    A result that was tried in vain waits here for its time, while others are given.
    """

    def __init__(
        self, queue: AbstractQueue, channel: AbstractChannel, lifetime: Lifetime, set_aside: SetAside
    ) -> None:
        self._queue = queue
        self._set_aside = set_aside
        self._channel = channel
        self._lifetime = lifetime
        self._tag = ""
        self._is_stopped = False
        self._numbers = count()
        self._waiting = list[Taken]()
        self._came = asyncio.Event()
        self._done = OrderedDict[Hashable, None]()
        self._in_hand = set[Hashable]()

    @classmethod
    async def open(
        cls,
        connection: AbstractRobustConnection,
        queue: str,
        lifetime: Lifetime,
        prefetch: int,
        set_aside: SetAside,
    ) -> Self:
        """Of a queue that exists; waits for a lost connection. What is no result is handed to `set_aside`.

        Raises `ClientClosedError`, `NotDeclaredError` and `NotPermittedError`.
        """
        channel = await lifetime.lasting(lambda: open_channel(connection, prefetch))
        try:
            with library_calls(), told_by_name("read"):
                subscription = cls(await channel.get_queue(queue, ensure=True), channel, lifetime, set_aside)
                subscription._tag = await subscription._queue.consume(subscription._take)
        except BaseException:
            with suppress(Exception):  # the broker may have closed it
                await ended_within(_END_TIMEOUT, channel.close())
            raise
        return subscription

    async def next(self) -> Taken:
        """The next one that is due, and not in hand already; cancelling this loses nothing.

        Raises `ClientClosedError`, and `StopAsyncIteration` after `stop`.
        """
        while True:
            self._lifetime.require()
            if self._is_stopped:
                raise StopAsyncIteration
            if self._waiting and self._waiting[0].due <= time.monotonic():
                taken = heappop(self._waiting)
                if await self._is_to_be_given(taken):
                    self._in_hand.add(taken.key)
                    return taken
            else:
                await self._lifetime.lasting(self._until_something_is_due)

    async def done(self, taken: Taken) -> None:
        """Ack it; what comes again of the same answer is dropped."""
        self.left(taken)
        self._done[taken.key] = None
        if len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
        await _ack_surely(taken.message)

    def left(self, taken: Taken) -> None:
        """It is in nobody's hand any more."""
        self._in_hand.discard(taken.key)

    def put_off(self, taken: Taken) -> None:
        """Keep it for its next try."""
        self.left(taken)
        self._wait_for(taken.message, taken.result, taken.tries + 1)

    async def stop(self) -> None:
        """Take no more, within seconds; what was taken can still be acked."""
        self._is_stopped = True
        self._came.set()
        with suppress(Exception):  # aiormq raises a bare one if its connection goes; that ends it as well
            await ended_within(_END_TIMEOUT, self._queue.cancel(self._tag))

    async def end(self) -> None:
        """Give what isn't acked to others, within seconds."""
        with suppress(Exception):  # as above
            await ended_within(_END_TIMEOUT, self._channel.close())

    async def _take(self, message: AbstractIncomingMessage) -> None:
        if result := parse_result(message):
            self._wait_for(message, result, tries_of(message))
        else:
            await self._set_aside(message)

    def _wait_for(self, message: AbstractIncomingMessage, result: BookingResult, tries: int) -> None:
        due = time.monotonic() + pause_after(tries)
        heappush(self._waiting, Taken(due, next(self._numbers), message, result, tries))
        self._came.set()

    async def _is_to_be_given(self, taken: Taken) -> bool:
        if taken.is_stale:
            return False
        if taken.key in self._done:
            await _ack_surely(taken.message)
            return False
        if taken.key in self._in_hand:  # it came again on another connection: what becomes of the first one?
            self._wait_for(taken.message, taken.result, max(taken.tries, 1))
            return False
        return True

    async def _until_something_is_due(self) -> None:
        self._came.clear()
        pause = self._waiting[0].due - time.monotonic() if self._waiting else None
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._came.wait()


async def _ack_surely(message: AbstractIncomingMessage) -> None:
    """Ack it, also if who waits is cancelled: else it would be held, and never given."""
    await asyncio.shield(asyncio.ensure_future(ack(message)))
