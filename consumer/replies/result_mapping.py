"""From what the saga or a decision says to the result message that the contract promises."""

from publisher.contract.result import BookingResult, LegResult, Reason, Status
from saga.models import BookingOutcome, BookingStatus, LegOutcome, LegStatus, ReasonCode

FAILED = BookingStatus.FAILED

CANCELLED = "Voyage cancelled"
CANCELLED_BEFORE_REQUEST = "Cancelled before the request came"


def result_of(outcome: BookingOutcome, booking_id: str, *, duplicate: bool = False) -> BookingResult:
    """The result of a booking that was started; `duplicate` is all that a re-sent one differs in."""
    booked = outcome.status is BookingStatus.BOOKED
    items = {leg.leg: f"{leg.leg.capitalize()}: {leg.item}" for leg in outcome.legs} if booked else {}
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
        reason=_reason(outcome),
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


def _reason(outcome: BookingOutcome) -> Reason | None:
    """Why the trip isn't booked; of a failed one it says first what is, as a person must see to that."""
    if outcome.reason is None:
        return None
    still_booked = filter(None, map(_still_booked, outcome.legs)) if outcome.status is FAILED else ()
    message = " ".join([*still_booked, outcome.reason.message])
    return Reason(code=outcome.reason.code.value, leg=outcome.reason.leg, message=message)


def _still_booked(leg: LegOutcome) -> str:
    what = f"{leg.leg} {leg.item}"
    reference = f" (reference {leg.reference})" if leg.reference else ""
    match leg.status:
        case LegStatus.UNDO_FAILED if leg.reference:
            return f"{what} is still booked{reference}: its undo failed."
        case LegStatus.UNDO_FAILED:
            return f"{what} may still be booked: its undo failed."
        case LegStatus.UNKNOWN:
            return f"{what} may be booked{reference}."
        case LegStatus.BOOKED:
            return f"{what} is still booked{reference}."
        case _:
            return ""


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
