"""The messages of the wire contract, version 1, as models: what a client sends and what it gets back."""

from enum import StrEnum
from typing import Annotated, Any, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from publisher.fields import DEFAULT_ATTEMPTS, Attempts, BookingId, Deadline, Text
from publisher.vocabulary import LEG_STATUSES, REASONS, one_of

REQUEST_TYPE = "booking.request"
RESULT_TYPE = "booking.result"
MAX_BODY_BYTES = 64 * 1024
LEGS = ("car", "hotel", "flight")


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_serialization_defaults_required=True)


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
    status: Annotated[str, WithJsonSchema(one_of(LEG_STATUSES))]
    reference: str | None = None
    attempts: int = 0
    error: str | None = None


class Reason(_Message):
    """Why a trip was not booked: a code for programs, the leg to blame if there is one, a text for people."""

    code: Annotated[str, WithJsonSchema(one_of(REASONS))]
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
        for leg in LEGS:
            if data[leg] is None:
                del data[leg]
        return data

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema of the fields as they are sent, which pydantic can't see behind the serializer."""
        fields = cast(CoreSchema, {k: v for k, v in core_schema.items() if k != "serialization"})
        schema = handler.resolve_ref_schema(handler(fields))
        for leg in LEGS:
            schema["properties"][leg] = {"type": "string"}
        schema["required"] = [name for name in schema.get("required", []) if name not in LEGS]
        absent = {"properties": dict.fromkeys(LEGS, False)}
        booked = {"properties": {"status": {"const": Status.BOOKED.value}}}
        schema.update({"if": booked, "then": {"required": list(LEGS)}, "else": absent})
        return schema

    def to_body(self) -> bytes:
        """The message body: JSON in UTF-8."""
        return self.model_dump_json().encode()
