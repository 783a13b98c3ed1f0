"""From what the saga says to the result message that the contract promises."""

from publisher.contract.result import BookingResult, LegResult, Reason, Status
from saga.models import BookingOutcome, BookingStatus, LegOutcome, LegStatus

FAILED = BookingStatus.FAILED


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
        legs=leg_results(outcome.legs),
        reason=_reason(outcome),
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


def leg_results(legs: list[LegOutcome]) -> list[LegResult]:
    """The legs of a booking, as its result and its status tell them."""
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
