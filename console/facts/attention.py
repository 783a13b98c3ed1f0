"""Bookings that need a person: an undo that failed, and a workflow that can't go on."""

import asyncio
from dataclasses import dataclass

from console.facts import stuck
from console.facts.shared import Reading, Shared
from console.facts.stuck import StuckBookings
from console.facts.temporal import TemporalLink
from saga import open_bookings
from saga.open_bookings import Entry

MOST = 50
FRESH = 2.0  # seconds
STUCK_FRESH = 30.0


@dataclass(frozen=True)
class OpenBookings:
    """The newest that have a leg which could not be undone, and how many there are."""

    shown: tuple[Entry, ...]
    count: int


class Attention:
    """Asks Temporal for both."""

    def __init__(self, temporal: TemporalLink, shared: Shared, task_queue: str) -> None:
        self._temporal, self._shared, self._task_queue = temporal, shared, task_queue

    async def open(self, patience: float) -> Reading[OpenBookings]:
        """Whose undo failed."""
        return await self._shared.get(("open",), self._open, fresh=FRESH, patience=patience)

    async def stuck(self, patience: float) -> Reading[StuckBookings]:
        """Whose workflow can't go on."""
        return await self._shared.get(("stuck",), self._stuck, fresh=STUCK_FRESH, patience=patience)

    async def count(self) -> None:
        """Have both counted, for `last_count`."""
        await asyncio.gather(self.open(0.0), self.stuck(0.0))

    @property
    def last_count(self) -> int:
        """How many there are of both, as far as is known."""
        known = [self._shared.last(key).value for key in (("open",), ("stuck",))]
        return sum(one.count for one in known if one)

    def forget(self) -> None:
        """Ask again at once."""
        self._shared.forget("open", "stuck")

    async def _open(self) -> OpenBookings:
        client = self._temporal.client
        shown = [entry async for entry in open_bookings.entries(client, limit=MOST)]
        return OpenBookings(tuple(shown), await open_bookings.count(client))

    async def _stuck(self) -> StuckBookings:
        return await stuck.look(self._temporal.client, self._task_queue)
