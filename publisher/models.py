"""The messages of the wire contract, version 1, as models: what a client sends and what it gets back."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)

REQUEST_TYPE = "booking.request"
RESULT_TYPE = "booking.result"
DEFAULT_ATTEMPTS = 5
MAX_BODY_BYTES = 64 * 1024

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DIGITS = re.compile(r"\d{1,3}", re.ASCII)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _whole_number(value: object) -> object:
    """The contract's integers: 5 and "5", but not true, 5.0, "5.0" or " 5 "; null counts as absent."""
    if value is None:
        return DEFAULT_ATTEMPTS
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if type(value) is not int:
        raise ValueError("must be a whole number from 1 to 100")
    return value


def _rfc3339(value: object) -> object:
    if isinstance(value, str) and not _RFC3339.fullmatch(value):
        raise ValueError("must be an RFC 3339 time with offset, such as 2030-01-31T12:00:00Z")
    if not isinstance(value, str | datetime | None):
        raise ValueError("must be an RFC 3339 time in a string")  # noqa: TRY004 -- pydantic wants ValueError
    return value


Text = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=200), AfterValidator(_not_blank)
]
Attempts = Annotated[int, BeforeValidator(_whole_number), Field(ge=1, le=100)]
BookingId = Annotated[str, StringConstraints(strict=True, max_length=200, pattern=r"^[A-Za-z0-9._:-]+$")]
Deadline = Annotated[
    AwareDatetime, BeforeValidator(_rfc3339), AfterValidator(lambda time: time.astimezone(UTC))
]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class BookingRequest(_Message):
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


class Status(StrEnum):
    """How a booking ended, by the contract's section "Result"; the last two only answer a status request."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    FAILED = "failed"
    REJECTED = "rejected"
    RUNNING = "running"
    UNKNOWN_BOOKING = "unknown_booking"


class LegResult(_Message):
    """What became of one leg; `attempts` counts the tries made, `reference` is the supplier's."""

    leg: str
    status: str
    reference: str | None = None
    attempts: int = 0
    error: str | None = None


class Reason(_Message):
    """Why a trip was not booked: a code for programs, the leg to blame if there is one, a text for people."""

    code: str
    leg: str | None = None
    message: str


class BookingResult(_Message):
    """The answer to a booking request; `car`, `hotel` and `flight` are there only when it is booked."""

    cancelled: bool
    car: str | None = None
    hotel: str | None = None
    flight: str | None = None
    result: str
    user_id: str | None
    booking_id: str | None
    status: Status
    duplicate: bool = False
    revision: int = 1
    legs: list[LegResult] = []
    reason: Reason | None = None

    @model_serializer(mode="wrap")
    def _without_unbooked_legs(self, to_dict: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = to_dict(self)
        for leg in ("car", "hotel", "flight"):
            if data[leg] is None:
                del data[leg]
        return data

    def to_body(self) -> bytes:
        """The message body: JSON in UTF-8."""
        return self.model_dump_json().encode()
