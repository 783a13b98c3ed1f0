"""JSON schemas of the contract's messages, generated from their models."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema

from publisher.contract.control import CancelRequest, StatusRequest
from publisher.contract.request import MAX_BODY_BYTES, BookingRequest
from publisher.contract.result import STATUSES, BookingResult, one_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION = "v1"
Schema = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """What one schema is made from; a result's model serves two messages, which differ in `statuses`."""

    title: str
    model: type[BaseModel]
    mode: Literal["validation", "serialization"]
    statuses: tuple[str, ...] = ()


ENDED = ("booked", "cancelled", "failed", "rejected")
Name = Literal["request", "result", "cancel", "status", "status-answer"]
MESSAGES: dict[Name, Message] = {
    "request": Message("BookingRequest", BookingRequest, "validation"),
    "result": Message("BookingResult", BookingResult, "serialization", ENDED),
    "cancel": Message("CancelRequest", CancelRequest, "validation"),
    "status": Message("StatusRequest", StatusRequest, "validation"),
    "status-answer": Message("StatusAnswer", BookingResult, "serialization", tuple(STATUSES)),
}


class _Untitled(GenerateJsonSchema):
    """Without the titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: CoreSchema) -> bool:  # noqa: ARG002 -- pydantic's signature
        return False


def schema(name: Name) -> Schema:
    """The schema of one message, whole: with its dialect and a version in its id."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:voyage:schema:{VERSION}:{name}",
        **_schema(name, "#/$defs/{model}"),
    }


def components() -> dict[str, Schema]:
    """All schemas by title, and the parts that they share, as an AsyncAPI document refers to them."""
    parts: dict[str, Schema] = {}
    for name, message in MESSAGES.items():
        made = _schema(name, "#/components/schemas/{model}")
        parts.update(made.pop("$defs", {}))
        parts[message.title] = made
    return parts


def _schema(name: Name, ref_template: str) -> Schema:
    message = MESSAGES[name]
    made = message.model.model_json_schema(
        mode=message.mode, ref_template=ref_template, schema_generator=_Untitled
    )
    made["title"] = message.title
    if message.statuses:
        made["$defs"].pop("Status")
        made["properties"]["status"] = one_of({word: STATUSES[word] for word in message.statuses})
    if message.mode == "validation":
        made["x-max-bytes"] = MAX_BODY_BYTES
    return made
