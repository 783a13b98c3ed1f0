"""The legs of a booking, by the plan with which it began."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from temporalio import workflow

from saga.models import BookingInput, BookingPolicy, PlannedLeg

with workflow.unsafe.imports_passed_through():  # in the sandbox it would be declared anew for each booking
    from voyage.trips import groups
    from voyage.trips.booking_ids import name_for_suppliers
    from voyage.trips.tutorial import BookingRequest

TUTORIAL: tuple[PlannedLeg, ...] = tuple({"name": name} for name in BookingRequest.declared_legs)
"""The plan of a booking that has none: it began before there were plans, or in Temporal itself."""
OWN_POLICY = ("try_timeout", "retry_interval", "undo_attempts")


def field_of(leg: str) -> str:
    """Where the tutorial's input has the item of a leg."""
    return f"book_{leg}_id"


def book_activity(leg: str) -> str:
    """The name of the activity that books a leg."""
    return f"book_{leg}"


def undo_activity(leg: str) -> str:
    """The name of the activity that undoes a leg."""
    return f"undo_book_{leg}"


def idempotency_key(workflow_id: str, leg: str) -> str:
    """By what a supplier knows a leg of a booking, for each try and for its undo."""
    return f"{name_for_suppliers(workflow_id)}:{leg}"


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One leg of one booking: what to book, and how patiently. `item` is JSON; `words` say it to people."""

    name: str
    item: Any
    words: str
    attempts: int
    policy: BookingPolicy
    together: str | None = None
    can_be_undone: bool = True
    fast: float = 0.0
    """Seconds that its first try may take as a local activity; 0 for none."""
    tried: int = 0
    """Tries that were made before the activity that is given this booking was started."""

    @property
    def book(self) -> str:
        """The name of the activity that books this leg."""
        return book_activity(self.name)

    @property
    def undo(self) -> str:
        """The name of the activity that undoes this leg."""
        return undo_activity(self.name)


def legs_of(booking: BookingInput) -> tuple[Leg, ...]:
    """The legs in the order in which they are booked."""
    return tuple(_leg(planned, booking) for planned in booking.plan or TUTORIAL)


def leg_of(booking: BookingInput, name: str) -> Leg:
    """One leg; raises `LookupError` for one that the booking doesn't have."""
    for planned in booking.plan or TUTORIAL:
        if planned["name"] == name:
            return _leg(planned, booking)
    raise LookupError(f"The booking has no leg {name}")


def after_tries(booking: BookingInput, leg: Leg, tries: int) -> BookingInput:
    """The booking as an activity is given it, to tell the supplier which try of this leg it is."""
    if not tries:
        return booking
    plan: list[PlannedLeg] = [
        {**planned, "tried": tries} if planned["name"] == leg.name else planned
        for planned in booking.plan or TUTORIAL
    ]
    return replace(booking, plan=plan)


def lacks_items(booking: BookingInput) -> bool:
    """Whether the booking names legs without saying what to book."""
    return any(leg.item is None for leg in legs_of(booking))


def groups_of(legs: Iterable[Leg]) -> list[list[Leg]]:
    """The legs in order, those that are booked at the same time in one list."""
    return groups.groups_of(legs, lambda leg: leg.together)


def _leg(planned: PlannedLeg, booking: BookingInput) -> Leg:
    item = planned["item"] if "item" in planned else getattr(booking, field_of(planned["name"]), None)
    own: dict[str, Any] = {name: value for name, value in planned.items() if name in OWN_POLICY}
    can_be_undone = planned.get("undo", True)
    return Leg(
        name=planned["name"],
        item=item,
        words=planned.get("words", str(item)),
        attempts=planned.get("attempts", booking.attempts),
        policy=replace(booking.policy, **own) if own else booking.policy,
        together=planned.get("together"),
        can_be_undone=can_be_undone,
        fast=planned.get("fast", booking.policy.fast_legs) if can_be_undone else 0.0,
        tried=planned.get("tried", 0),
    )
