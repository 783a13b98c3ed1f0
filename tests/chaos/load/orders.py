"""What is asked for in a run: bookings and how each must end, repeats, cancels, and poison between them."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from publisher.contract.result import Status
from tests.chaos.load import poison
from tests.chaos.load.items import Items
from tests.chaos.load.poison import Poison
from voyage.trips import Trip
from voyage.trips.tutorial import BookingRequest

DUPLICATES, CANCELS, POISON = 0.05, 0.05, 0.2
PATIENT = 100  # tries per leg: an outage alone must never end a booking


class Kind(StrEnum):
    """A sort of booking, by how its supplier behaves. The values are what its items are called."""

    PLAIN = "plain"
    REFUSED = "fault=refuse"
    FLAKY = "flaky"
    SLOW = "slow"
    LOST = "fault=lost*1"
    """Booked, but the first answer is lost."""
    LOST_UNDO = "undo-fault=lost*1"
    """Refused later on, and the first answer to its undo is lost."""
    BROKEN = "undo-fault=refuse"
    """Refused later on, and its undo is refused for good: a person must look."""


SHARES = {
    Kind.PLAIN: 45,
    Kind.REFUSED: 20,
    Kind.FLAKY: 12,
    Kind.SLOW: 12,
    Kind.LOST: 6,
    Kind.LOST_UNDO: 4,
    Kind.BROKEN: 1,
}
_ENDS = {Kind.REFUSED: Status.CANCELLED, Kind.LOST_UNDO: Status.CANCELLED, Kind.BROKEN: Status.FAILED}


@dataclass(frozen=True)
class Order:
    """A booking: when it is sent, and how many seconds later again, or cancelled (earlier, if negative).

    `items` are JSON, keyed by leg; an optional leg that is not booked is left out. `details` are the trip's
    other fields.
    """

    booking_id: str
    at: float
    kind: Kind
    items: Mapping[str, Any] = field(default_factory=dict)
    again_after: float | None = None
    cancel_after: float | None = None
    trip: type[Trip] = BookingRequest
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def correlation_ids(self) -> list[str]:
        """Under which ids it must be answered."""
        return [self.booking_id, *([f"{self.booking_id}.again"] if self.again_after is not None else [])]

    @property
    def may_end(self) -> frozenset[Status]:
        """The true answers; a cancel may come in time or too late."""
        end = _ENDS.get(self.kind, Status.BOOKED)
        # A supplier that was started again has forgotten which undos it is to refuse.
        undone = self.cancel_after is not None or self.kind is Kind.BROKEN
        return frozenset(
            {
                end,
                *([Status.CANCELLED] if undone else []),
                *([Status.FAILED] if self._may_be_left_open else []),
            }
        )

    @property
    def _may_be_left_open(self) -> bool:
        """Whether a leg that can't be undone is refused: a try before may have been booked, and lost."""
        return any(
            Kind.REFUSED in json.dumps(item).replace(f"undo-{Kind.REFUSED}", "")
            for leg, item in self.items.items()
            if not self.trip.declared_legs[leg].undo
        )


def draw(
    seed: int, count: int, seconds: float, share: float = POISON, trip: type[Trip] = BookingRequest
) -> list[Order | Poison]:
    """`count` messages, spread evenly over so many seconds; a share of them is poison."""
    chance = random.Random(f"orders {seed}")  # noqa: S311 -- it has to be predictable
    items = Items(trip)
    sent: list[Order | Poison] = []
    for number in range(count):
        own, at = f"chaos-{seed}-{number:05}", number * seconds / count
        is_poison = chance.random() < share
        sent.append(poison.draw(chance, seed, own, at) if is_poison else _one(chance, own, at, trip, items))
    return sent


def _one(chance: random.Random, own: str, at: float, trip: type[Trip], items: Items) -> Order:
    [kind] = chance.choices(list(SHARES), weights=list(SHARES.values()))
    again = chance.uniform(0.0, 10.0) if chance.random() < DUPLICATES else None
    cancel = chance.uniform(-1.0, 4.0) if chance.random() < CANCELS and kind is not Kind.BROKEN else None
    of_an_undo = kind in {Kind.LOST_UNDO, Kind.BROKEN}
    drawn = items.draw(chance, Kind.REFUSED, kind) if of_an_undo else items.draw(chance, kind)
    if kind != Kind.PLAIN and kind not in json.dumps(drawn):
        kind = Kind.PLAIN  # this trip has no room for such a fault
    return Order(own, at, kind, drawn, again, cancel, trip, items.details)
