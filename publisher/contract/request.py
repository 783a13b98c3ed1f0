"""A booking request, by the wire contract's section "Request": what a client sends."""

from pydantic import BaseModel, ConfigDict

from publisher.contract.fields import DEFAULT_ATTEMPTS, Attempts, BookingId, Deadline, Text

REQUEST_TYPE = "booking.request"
MAX_BODY_BYTES = 64 * 1024
LEGS = ("car", "hotel", "flight")


class Message(BaseModel):
    """A message of the contract; unknown fields are ignored, as a newer side may talk to an older one."""

    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_serialization_defaults_required=True)


class BookingRequest(Message):
    """One trip to book.

    `attempts` counts the tries per leg, the first included. `booking_id` is the idempotency key: the same
    id is booked once, however often it is sent. `deadline` is absolute: by then the trip is booked or undone.
    """

    name: Text
    attempts: Attempts = DEFAULT_ATTEMPTS
    car: Text
    hotel: Text
    flight: Text
    booking_id: BookingId | None = None
    deadline: Deadline | None = None

    def to_body(self) -> bytes:
        """The message body: JSON in UTF-8, without the fields that are absent."""
        return self.model_dump_json(exclude_none=True).encode()
