"""Bookings that need a person: an undo that failed, and a workflow that can't go on."""

from dataclasses import dataclass

from temporalio.client import WorkflowExecution

from console.facts.shared import Reading, Shared
from console.facts.temporal import TemporalLink
from saga import open_bookings
from saga.cli import stuck_bookings
from saga.open_bookings import Entry

MOST = 50
FRESH = 2.0  # seconds
STUCK_FRESH = 30.0
STUCK_LOOKED_AT = 200
"""Of the bookings that run, the newest: each is asked for by itself."""


@dataclass(frozen=True)
class OpenBookings:
    """The newest that have a leg which could not be undone, and how many there are."""

    shown: tuple[Entry, ...]
    count: int


@dataclass(frozen=True)
class StuckBookings:
    """Those whose workflow task fails again and again, of so many that were looked at."""

    shown: tuple[WorkflowExecution, ...]
    looked_at: int


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

    @property
    def last_count(self) -> int:
        """Of how many the undo has failed, as far as is known."""
        known = self._shared.last(("open",)).value
        return known.count if known else 0

    def forget(self) -> None:
        """Ask again at once."""
        self._shared.forget("open", "stuck")

    async def _open(self) -> OpenBookings:
        client = self._temporal.client
        shown = [entry async for entry in open_bookings.entries(client, limit=MOST)]
        return OpenBookings(tuple(shown), await open_bookings.count(client))

    async def _stuck(self) -> StuckBookings:
        looked = await stuck_bookings.look(self._temporal.client, self._task_queue, STUCK_LOOKED_AT)
        return StuckBookings(tuple(looked.stuck), looked.looked_at)
