"""JSON schemas of the contract's messages, generated from their models and from the trip that is booked."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema

from publisher.contract.control import CancelRequest, StatusRequest
from publisher.contract.request import MAX_BODY_BYTES
from publisher.contract.result import STATUSES, BookingResult, Status, one_of
from voyage.trips import Trip
from voyage.trips.tutorial import BookingRequest

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION = "v1"
Schema = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """What one schema is made from; a result's model serves two messages, which differ in `statuses`."""

    title: str
    model: type[BaseModel] | None
    """None for the trip itself."""
    mode: Literal["validation", "serialization"]
    statuses: tuple[str, ...] = ()


ENDED = ("booked", "cancelled", "failed", "rejected")
Name = Literal["request", "result", "cancel", "status", "status-answer"]
MESSAGES: dict[Name, Message] = {
    "request": Message("BookingRequest", None, "validation"),
    "result": Message("BookingResult", BookingResult, "serialization", ENDED),
    "cancel": Message("CancelRequest", CancelRequest, "validation"),
    "status": Message("StatusRequest", StatusRequest, "validation"),
    "status-answer": Message("StatusAnswer", BookingResult, "serialization", tuple(STATUSES)),
}


class _Untitled(GenerateJsonSchema):
    """Without the titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: CoreSchema) -> bool:  # noqa: ARG002 -- pydantic's signature
        return False


def schema(name: Name, trip: type[Trip] = BookingRequest) -> Schema:
    """The schema of one message, whole: with its dialect and a version in its id."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:voyage:schema:{VERSION}:{name}",
        **_schema(name, "#/$defs/{model}", trip),
    }


def components(trip: type[Trip]) -> dict[str, Schema]:
    """All schemas by title, and the parts that they share, as an AsyncAPI document refers to them."""
    parts: dict[str, Schema] = {}
    for name, message in MESSAGES.items():
        made = _schema(name, "#/components/schemas/{model}", trip)
        parts.update(made.pop("$defs", {}))
        parts[message.title] = made
    return parts


def _schema(name: Name, ref_template: str, trip: type[Trip]) -> Schema:
    message = MESSAGES[name]
    made = (message.model or trip).model_json_schema(
        mode=message.mode, ref_template=ref_template, schema_generator=_Untitled
    )
    made["title"] = message.title
    if message.statuses:
        made = _with_legs(made, trip)
        made["$defs"].pop("Status")
        made["properties"]["status"] = one_of({word: STATUSES[word] for word in message.statuses})
    if message.mode == "validation":
        made["x-max-bytes"] = MAX_BODY_BYTES
    return made


def _with_legs(made: Schema, trip: type[Trip]) -> Schema:
    """The schema of a result with a field for each leg, there only if the trip is booked."""
    legs = trip.declared_legs
    cancelled, *others = made["properties"].items()
    made["properties"] = dict([cancelled, *((leg, _in_words(leg)) for leg in legs), *others])
    told = f"The answer to a booking request; {_are_there([*legs])} only when it is booked."
    always = [leg for leg in legs if trip.model_fields[leg].is_required()]
    return dict(
        sorted(
            {
                **made,
                "description": told,
                "if": {"properties": {"status": {"const": Status.BOOKED.value}}},
                "then": {"required": always},
                "else": {"properties": dict.fromkeys(legs, False)},
            }.items()
        )
    )


def _in_words(leg: str) -> Schema:
    return {"type": "string", "description": f"What is booked as {leg}, in words."}


def _are_there(legs: list[str]) -> str:
    *first, last = (f"`{leg}`" for leg in legs)
    return f"{', '.join(first)} and {last} are there" if first else f"{last} is there"
