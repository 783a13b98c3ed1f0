"""The results that a fake Voyage gives, by the contract's section "Result"."""

from datetime import UTC, datetime

from publisher.contract.answers import CANCELLED, running_booking
from publisher.contract.identity import user_id
from publisher.contract.result import BookingResult, LegResult, Reason, Status
from voyage.trips import Trip
from voyage.trips.words import items_of


def booked(request: Trip, booking_id: str) -> BookingResult:
    """Every leg is booked."""
    items = items_of(request)
    return BookingResult(
        cancelled=False,
        booked={leg: f"{leg.capitalize()}: {item}" for leg, item in items.items()},
        result=" ".join(f"Booked {leg}: {item}" for leg, item in items.items()),
        user_id=user_id(request.name, booking_id),
        booking_id=booking_id,
        status=Status.BOOKED,
        legs=[_leg(leg, "booked", booking_id) for leg in items],
    )


def refused(request: Trip, booking_id: str, leg: str, text: str) -> BookingResult:
    """The supplier of a leg has said no; those before it are undone, those after it not tried."""
    names = [*items_of(request)]
    at = names.index(leg)
    legs = [
        *(_leg(name, "undone", booking_id) for name in names[:at]),
        LegResult(leg=leg, status="refused", attempts=1, error=text),
        *(LegResult(leg=name, status="not_tried") for name in names[at + 1 :]),
    ]
    return _cancelled(request, booking_id, legs, Reason(code="refused", leg=leg, message=text))


def never_begun(request: Trip, booking_id: str, code: str, text: str) -> BookingResult:
    """No leg was tried: the deadline is past, or a cancel came in time."""
    legs = [LegResult(leg=leg, status="not_tried") for leg in items_of(request)]
    return _cancelled(request, booking_id, legs, Reason(code=code, message=text))


def is_late(request: Trip) -> bool:
    """Whether the deadline is past."""
    return request.deadline is not None and request.deadline <= datetime.now(UTC)


def going_on(request: Trip, booking_id: str) -> BookingResult:
    """It has not ended."""
    legs = [LegResult(leg=leg, status="not_tried") for leg in items_of(request)]
    return running_booking(booking_id, user_id(request.name, booking_id), legs)


def _cancelled(request: Trip, booking_id: str, legs: list[LegResult], reason: Reason) -> BookingResult:
    return BookingResult(
        cancelled=True,
        result=CANCELLED,
        user_id=user_id(request.name, booking_id),
        booking_id=booking_id,
        status=Status.CANCELLED,
        legs=legs,
        reason=reason,
    )


def _leg(name: str, status: str, booking_id: str) -> LegResult:
    return LegResult(leg=name, status=status, reference=f"{name}-{booking_id}", attempts=1)
