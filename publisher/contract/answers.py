"""The answers that need no outcome of a booking, by the contract's sections "Result" and "Control"."""

from publisher.contract.result import BookingResult, LegResult, Reason, Status

CANCELLED = "Voyage cancelled"
CANCELLED_BEFORE_REQUEST = "Cancelled before the request came"
UNDER_WAY = "Voyage under way"


def running_booking(
    booking_id: str, user_id: str | None, legs: list[LegResult], told: str = UNDER_WAY
) -> BookingResult:
    """The status of a booking that hasn't ended; `told` also says what it waits for, if that isn't there."""
    return BookingResult(
        cancelled=False,
        result=told,
        user_id=user_id,
        booking_id=booking_id,
        status=Status.RUNNING,
        legs=legs,
    )


def cancelled_before_request(booking_id: str) -> BookingResult:
    """The status of a booking that was cancelled before its request came."""
    return BookingResult(
        cancelled=True,
        result=CANCELLED,
        user_id=None,
        booking_id=booking_id,
        status=Status.CANCELLED,
        reason=Reason(code="cancelled_by_request", message=CANCELLED_BEFORE_REQUEST),
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
