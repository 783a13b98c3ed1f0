"""A result, by the wire contract's section "Result", and the closed lists of words in it."""

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from publisher.contract.request import Message

RESULT_TYPE = "booking.result"

STATUSES = {
    "booked": "every leg is booked",
    "cancelled": "every leg is undone or was never taken",
    "failed": "some leg could not be undone, or the booking was stopped from outside: a person must look",
    "rejected": "never started: the request can't become a booking",
    "running": "it hasn't ended",
    "unknown_booking": "nobody knows this id",
}

LEG_STATUSES = {
    "booked": "booked",
    "undone": "booked or perhaps booked, and its undo went through; so also a leg whose tries were used up",
    "refused": "the supplier said no; its undo ran all the same",
    "not_tried": "never asked for",
    "unknown": "it may or may not be booked",
    "undo_failed": "booked or perhaps booked, and its undo did not go through: a person must look",
}

REASONS = {
    "refused": "a supplier said no",
    "unavailable": "the tries of a leg were used up; or a policy of RabbitMQ or a quota refused the request",
    "deadline": "the deadline was near or past",
    "cancelled_by_request": "a cancel message, or a cancel in Temporal",
    "stopped": "terminated, timed out or failed from outside: a person must look",
    "invalid": "the request is not valid; the message names the field",
    "conflict": "the booking id belongs to a booking with other fields, which stays as it is",
    "too_large": "the body is larger than 64 KiB",
    "reply_to_not_allowed": "results may not be sent to this reply_to; only the dead letter says so",
}


_IN_SCHEMAS = (
    "The answer to a booking request. Each leg of a booked trip is also a field of its own, in words."
)


def one_of(words: dict[str, str]) -> dict[str, object]:
    """The JSON schema of a word of a list, its meanings in the description."""
    return {"type": "string", "enum": list(words), "description": meanings(words)}


def meanings(words: dict[str, str]) -> str:
    """All words of a list in one text, each with what it means."""
    return "; ".join(f"`{word}`: {meaning}" for word, meaning in words.items())


def _is_asked_for(leg: str, how: SerializationInfo) -> bool:
    """Whether a booked leg is to be written: all are `booked`, and each has its name."""
    names = {leg, "booked"}
    excluded, included = how.exclude or (), how.include
    return names.isdisjoint(excluded) and (included is None or not names.isdisjoint(included))


class Status(StrEnum):
    """How a booking ended, by the contract's section "Result"; the last two only answer a status request."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    FAILED = "failed"
    REJECTED = "rejected"
    RUNNING = "running"
    UNKNOWN_BOOKING = "unknown_booking"


class LegResult(Message):
    """What became of one leg; `attempts` counts the tries made, `reference` is the supplier's."""

    leg: str
    """Which leg: the name of a field of the request."""
    status: Annotated[str, WithJsonSchema(one_of(LEG_STATUSES)), Field(description=meanings(LEG_STATUSES))]
    reference: str | None = None
    """The supplier's own, by which it knows the booking."""
    attempts: int = 0
    """Tries that were made."""
    error: str | None = None
    """What the last try that failed said."""


class Reason(Message):
    """Why a trip was not booked: a code for programs, the leg to blame if there is one, a text for people."""

    code: Annotated[str, WithJsonSchema(one_of(REASONS)), Field(description=meanings(REASONS))]
    leg: str | None = None
    """The leg to blame, if there is one."""
    message: str
    """The same for people; of a request that is not valid, it names the field."""


class BookingResult(Message):
    """The answer to a booking request, of whatever trip.

    In the message each leg of a booked trip is a field of its own; here they are together in `booked`, and
    can be read by their names as well: `result.lodge`, which is None unless the trip is booked. An optional
    leg that wasn't asked for is no attribute of its result; `result.booked.get("guide")` is None then too.
    """

    cancelled: bool
    """Whether it ended without a trip. False also while it runs."""
    booked: dict[str, str] = {}  # noqa: RUF012 -- pydantic copies it
    """What is booked, in words, by leg."""
    result: str
    """What became of the trip, for people, in the words of Temporal's tutorial."""
    user_id: str | None
    """The traveller's name and six digits that follow from the booking id."""
    booking_id: str | None
    """Of the request, or made for it if it had none."""
    status: Annotated[Status, Field(description=meanings(STATUSES))]
    duplicate: bool = False
    """Whether this result was sent before, and is sent again as its request came again."""
    revision: int = 1
    """Counts up with each result that replaces an earlier one of the same booking."""
    legs: list[LegResult] = []  # noqa: RUF012 -- pydantic copies it
    """What became of each leg, in the order of booking."""
    reason: Reason | None = None
    """Why the trip was not booked; null if it was, or is not yet."""

    @cached_property
    def trace_headers(self) -> dict[str, str]:
        """The headers `traceparent` and `tracestate` with which it came, for OpenTelemetry's `extract`.

        They have the trace id of the request that it answers; none if that had none.
        """
        return {}

    @model_validator(mode="before")
    @classmethod
    def _gather_booked_legs(cls, data: Any) -> Any:
        """Find the legs among the fields: `legs` has their names."""
        legs = data.get("legs") if isinstance(data, dict) else None
        if not isinstance(legs, list) or "booked" in data:
            return data
        names = [leg.get("leg") if isinstance(leg, dict) else getattr(leg, "leg", None) for leg in legs]
        return {**data, "booked": {name: data[name] for name in names if data.get(name) is not None}}

    @model_serializer(mode="wrap")
    def _with_each_booked_leg(
        self, to_dict: SerializerFunctionWrapHandler, how: SerializationInfo
    ) -> dict[str, Any]:
        data: dict[str, Any] = to_dict(self)
        data.pop("booked", None)
        booked = {leg: text for leg, text in self.booked.items() if _is_asked_for(leg, how)}
        cancelled = {"cancelled": data.pop("cancelled")} if "cancelled" in data else {}
        return {**cancelled, **booked, **data}

    if TYPE_CHECKING:

        def __getattr__(self, leg: str) -> str | None: ...
    else:

        def __getattr__(self, name: str) -> Any:
            legs = self.__dict__.get("legs")
            if (
                not name.startswith("_")
                and legs is not None
                and (not legs or name in (leg.leg for leg in legs))
            ):
                return self.booked.get(name)
            return super().__getattr__(name)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema of the fields as they are sent, which pydantic can't see behind the serializer."""
        while core_schema["type"] != "model":
            core_schema = core_schema["schema"]
        fields = cast(CoreSchema, {k: v for k, v in core_schema.items() if k != "serialization"})
        schema = handler.resolve_ref_schema(handler(fields))
        schema["description"] = _IN_SCHEMAS
        del schema["properties"]["booked"]
        schema["required"] = [name for name in schema["required"] if name != "booked"]
        return schema

    def to_body(self) -> bytes:
        """The message body: JSON in UTF-8."""
        return self.model_dump_json().encode()
