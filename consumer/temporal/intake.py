"""How fast new bookings are started: as they come, or while Temporal limits us, as fast as others end."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from consumer.errors import TemporalCallError
from consumer.temporal.calls import temporal_calls
from saga.temporal.server_limit import ServerLimit
from voyage.failures import Failure

SLOW = 2.0
"""Seconds that a result waits for its turn at a server at whose limit we are, and at no other."""
_FIRST_PATIENCE = 5.0  # seconds after which a booking is started although none has ended; they double up to
_PATIENCE_LIMIT = 60.0


class Intake:
    """Lets bookings start, in the order in which they ask.

    The server prefers a start to what running bookings need. So at its limit, one starts for each that ends:
    the rate follows from the limit, whatever it is.
    """

    def __init__(self, limit: ServerLimit) -> None:
        self._limit = limit
        self._one_at_a_time = asyncio.Lock()
        self._ended = asyncio.Event()
        self._patience = _FIRST_PATIENCE

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """For the calls that start one more, when it may; their failures are those of `temporal_calls`."""
        await self._may_start()
        try:
            with temporal_calls():
                yield
        except TemporalCallError as error:
            if error.failure is Failure.LIMITED:
                self._limit.told(str(error))
            raise

    async def _may_start(self) -> None:
        async with self._one_at_a_time:  # FIFO, as asyncio's locks are
            since = time.monotonic()
            while self._limit.is_reached and not self._ended.is_set():
                left = since + self._patience - time.monotonic()
                if left <= 0:
                    self._patience = min(self._patience * 2, _PATIENCE_LIMIT)
                    return
                await self._wait(min(left, 1.0))
            self._ended.clear()

    def ended(self, waited: float) -> None:
        """One has ended; its result waited so many seconds for its turn at Temporal."""
        if self._limit.is_reached and waited > SLOW:
            self._limit.lasts()
        self._patience = _FIRST_PATIENCE
        self._ended.set()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return
