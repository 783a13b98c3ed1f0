"""From what the saga or a decision says to the result message that the contract promises."""

from publisher.contract.result import BookingResult, LegResult, Reason, Status
from saga.models import BookingOutcome, BookingStatus, LegOutcome, ReasonCode

CANCELLED = "Voyage cancelled"
CANCELLED_BEFORE_REQUEST = "Cancelled before the request came"


def result_of(outcome: BookingOutcome, booking_id: str, *, duplicate: bool = False) -> BookingResult:
    """The result of a booking that was started; `duplicate` is all that a re-sent one differs in."""
    booked = outcome.status is BookingStatus.BOOKED
    items = {leg.leg: f"{leg.leg.capitalize()}: {leg.item}" for leg in outcome.legs} if booked else {}
    reason = outcome.reason
    return BookingResult(
        cancelled=not booked,
        booked=items,
        result=outcome.result,
        user_id=outcome.user_id,
        booking_id=booking_id,
        status=Status(outcome.status.value),
        duplicate=duplicate,
        revision=outcome.revision,
        legs=_legs(outcome.legs),
        reason=reason and Reason(code=reason.code.value, leg=reason.leg, message=reason.message),
    )


def running_booking(booking_id: str, user_id: str | None, legs: list[LegOutcome]) -> BookingResult:
    """The status of a booking that hasn't ended."""
    return BookingResult(
        cancelled=False,
        result="Voyage under way",
        user_id=user_id,
        booking_id=booking_id,
        status=Status.RUNNING,
        legs=_legs(legs),
    )


def cancelled_before_request(booking_id: str) -> BookingResult:
    """The status of a booking that was cancelled before its request came."""
    reason = Reason(code=ReasonCode.CANCELLED_BY_REQUEST.value, message=CANCELLED_BEFORE_REQUEST)
    return BookingResult(
        cancelled=True,
        result=CANCELLED,
        user_id=None,
        booking_id=booking_id,
        status=Status.CANCELLED,
        reason=reason,
    )


def unknown_booking(booking_id: str) -> BookingResult:
    """The status of a booking that nobody knows."""
    return BookingResult(
        cancelled=False,
        result="No such voyage",
        user_id=None,
        booking_id=booking_id,
        status=Status.UNKNOWN_BOOKING,
    )


def rejection(code: str, message: str, booking_id: str | None) -> BookingResult:
    """The result of a message that could not become a booking."""
    return BookingResult(
        cancelled=True,
        result=CANCELLED,
        user_id=None,
        booking_id=booking_id,
        status=Status.REJECTED,
        reason=Reason(code=code, message=message),
    )


def _legs(legs: list[LegOutcome]) -> list[LegResult]:
    return [
        LegResult(
            leg=leg.leg,
            status=leg.status.value,
            reference=leg.reference,
            attempts=leg.attempts,
            error=leg.error,
        )
        for leg in legs
    ]
