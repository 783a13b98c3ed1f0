"""Which bookings a person wants to see, and how Temporal is asked for them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from saga.workflows.booking import BookingWorkflow
from saga.workflows.cancelled_before_request import CancelledBeforeRequestWorkflow
from voyage import search_attributes
from voyage.trips import booking_ids

STATUSES = ("running", "booked", "cancelled", "failed")
PERIODS = {
    "15m": ("last 15 minutes", timedelta(minutes=15)),
    "1h": ("last hour", timedelta(hours=1)),
    "24h": ("last 24 hours", timedelta(hours=24)),
    "7d": ("last 7 days", timedelta(days=7)),
}
LONGEST = 200  # characters of what somebody typed
_BOOKINGS = f"WorkflowType IN ('{BookingWorkflow.__name__}', '{CancelledBeforeRequestWorkflow.__name__}')"
_OF_AN_OWNER = re.compile(r"[A-Za-z0-9_@-]+/[A-Za-z0-9._:-]*", re.ASCII)
_OPEN = "ExecutionStatus = 'Running'"


@dataclass(frozen=True)
class Filter:
    """By a status of the contract, the time of the start, the beginning of an id; a name, and a leg's state.

    Temporal finds by the first three. The name and the leg are looked for among the bookings that it lists.
    """

    status: str = ""
    since: str = ""
    id: str = ""
    name: str = ""
    leg: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """What a query string says; what can't be meant is left out."""
        status, since = given.get("status", ""), given.get("since", "")
        typed = {name: given.get(name, "").strip()[:LONGEST] for name in ("id", "name", "leg")}
        return cls(
            status=status if status in STATUSES else "", since=since if since in PERIODS else "", **typed
        )

    @property
    def looks_into(self) -> bool:
        """Whether each booking has to be looked at, to know whether it is meant."""
        return bool(self.name or self.leg)

    def query(self, *, tells_apart: bool, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> str:
        """Temporal's list filter; `tells_apart` if the namespace has our search attributes."""
        return " AND ".join([_BOOKINGS, *self._conditions(now(), tells_apart=tells_apart)])

    def _conditions(self, now: datetime, *, tells_apart: bool) -> Iterator[str]:
        if self.status and tells_apart:
            yield f"{search_attributes.STATUS} = '{self.status}'"
        elif self.status:
            yield _OPEN if self.status == "running" else f"NOT {_OPEN}"
        if self.since:
            begin = (now - PERIODS[self.since][1]).replace(second=0, microsecond=0)
            yield f"StartTime >= '{begin.isoformat()}'"
        if self.id:
            own = self.id.removeprefix(booking_ids.PREFIX)
            if _OF_AN_OWNER.fullmatch(own):
                yield f"WorkflowId STARTS_WITH '{booking_ids.PREFIX}{own}'"
                return
            workflow_id = booking_ids.workflow_id(own)
            is_plain = workflow_id == f"{booking_ids.PREFIX}{own}"
            yield f"WorkflowId {'STARTS_WITH' if is_plain else '='} '{workflow_id}'"
