"""What each owner may start at this moment, of his quota, which all consumers share."""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial

from consumer.quotas import Quota
from consumer.requests.decision import Reject, Start
from consumer.requests.rate import SharedRate
from consumer.settings import ConsumerSettings
from consumer.temporal.open_bookings import OpenBookings

log = logging.getLogger(__name__)

LOOK = 0.5
"""Seconds after which an owner with no room is counted anew; one with room, after `LASTS`."""
LASTS = 5.0
UNSEEN = 1.0
"""Seconds for which a booking that has begun may not be in Temporal's list: until then it counts besides."""
BURST = 10.0
"""Seconds over which a rate is an average. Whoever waits behind others' requests seems to send in bursts."""
MANY = 100
"""Requests of an owner that wait at one consumer, beyond which more are kept out of others' way."""
SAY_AGAIN = 60.0
"""Seconds before the log says again that an owner is beyond his quota."""
_SOON = 0.02  # seconds


class Allowance:
    """One owner's, as far as it is this consumer's: a share of the rate, and of the open bookings."""

    def __init__(
        self, quota: Quota, consumers: Callable[[], int], count: Callable[[], Awaitable[int | None]]
    ) -> None:
        self.quota = quota
        self.waiting = 0
        """How many requests wait here for their turn."""
        self._consumers = consumers
        self._count = count
        self._room, self._counted_at = 0, -math.inf
        self._found: int | None = None
        self._begun: deque[float] = deque()
        self._rate = SharedRate(quota.rate, BURST) if quota.rate else None
        self._taking = asyncio.Lock()
        self._turns = asyncio.Lock()

    async def take(self) -> bool:
        """Whether one more request may go on now; raises `TemporalCallError` if it can't be asked."""
        async with self._taking:
            if self._rate and not self._rate.has_room(self._consumers()):
                return False
            if self.quota.open and not await self._has_room(self.quota.open):
                return False
            if self._rate:
                self._rate.take(self._consumers())
            if self.quota.open:
                self._room -= 1
                self._begun.append(time.monotonic())
            return True

    async def wait(self) -> None:
        """Return when one more request may go on: they go in the order in which they came here."""
        self.waiting += 1
        try:
            async with self._turns:  # FIFO, as asyncio's locks are
                while not await self.take():
                    await asyncio.sleep(self._pause())
        finally:
            self.waiting -= 1

    async def _has_room(self, most: int) -> bool:
        since = time.monotonic() - self._counted_at
        if since >= (LASTS if self._room > 0 else LOOK):
            found = await self._count()
            if found is None:
                found = self._found  # as before
            self._found = found
            now = self._counted_at = time.monotonic()
            while self._begun and now - self._begun[0] > UNSEEN:
                self._begun.popleft()
            left = 0 if found is None else most - found - len(self._begun)
            self._room = max(math.ceil(left / self._consumers()), 0)
        return self._room > 0

    def _pause(self) -> float:
        if self._rate and self.quota.rate and not self._rate.has_room(self._consumers()):
            return min(max(self._consumers() / self.quota.rate, _SOON), LOOK)
        return LOOK


class Allowances:
    """Those of all owners; without owner, nobody is held to anything."""

    def __init__(
        self, settings: ConsumerSettings, consumers: Callable[[], int], counts: OpenBookings
    ) -> None:
        self._settings = settings
        self._consumers = consumers
        self._counts = counts
        self._of: dict[str, Allowance | None] = {}
        self._said: dict[str, float] = {}

    def of(self, owner: str | None) -> Allowance | None:
        """That of the owner with this id; None if he may start as much as he likes."""
        if owner is None:
            return None
        if owner not in self._of:
            quota = self._settings.quota_of(owner)
            counting = partial(self._counts.of, owner)
            self._of[owner] = Allowance(quota, self._consumers, counting) if quota.limits else None
        return self._of[owner]

    def has_many_waiting(self, owner: str | None) -> bool:
        """Whether so many of this owner's requests wait here that more would stand in others' way."""
        allowance = self.of(owner)
        return allowance is not None and allowance.waiting >= MANY

    async def is_exceeded(self, owner: str | None) -> bool:
        """Whether a request that has just come must not go on; raises as `Allowance.take`.

        Those that wait are first.
        """
        allowance = self.of(owner)
        if owner is None or allowance is None:
            return False
        if not allowance.waiting and await allowance.take():
            return False
        self._say(owner, allowance.quota)
        return True

    def _say(self, owner: str, quota: Quota) -> None:
        now = time.monotonic()
        if now - self._said.get(owner, -SAY_AGAIN) >= SAY_AGAIN:
            self._said[owner] = now
            what = "wait" if self._settings.over_quota == "wait" else "are refused"
            log.warning("%s is beyond its quota of %s: requests %s", owner, quota, what)


def refusal(start: Start, settings: ConsumerSettings) -> Reject:
    """What the sender of a request beyond its quota is told."""
    quota = settings.quota_of(start.owner) if start.owner else Quota()
    return start.rejected(
        "unavailable", f"More than {quota} of one owner: send it again later, under the same id"
    )
