"""The contract's control messages: cancel a booking, ask how it stands."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

CANCEL_TYPE = "booking.cancel"
STATUS_TYPE = "booking.status"

# Any message id may be a booking id, so this is wider than the alphabet of `booking_id` in a request.
AnyBookingId = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=255)]
DEFAULT_REASON = "Cancelled by request"
CancelReason = Annotated[
    str,
    StringConstraints(strict=True, max_length=1000),
    BeforeValidator(lambda reason: DEFAULT_REASON if reason is None else reason),
    WithJsonSchema({"anyOf": [{"type": "string", "maxLength": 1000}, {"type": "null"}]}),
]


class _Control(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    def to_body(self) -> bytes:
        """The message body: JSON in UTF-8."""
        return self.model_dump_json().encode()


class CancelRequest(_Control):
    """Stop a booking at its next safe point and undo what it took; `reason` is for people."""

    booking_id: AnyBookingId
    """Of the booking to cancel, whether it runs or hasn't come yet."""
    reason: CancelReason = DEFAULT_REASON
    """Why, for people."""


class StatusRequest(_Control):
    """Ask how a booking stands; the answer goes to `reply_to`."""

    booking_id: AnyBookingId
    """Of the booking that is asked for."""
