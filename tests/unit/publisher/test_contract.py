"""The contract's tables as data, against the documents that are generated from the models."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from publisher import BookingRequest
from publisher.asyncapi.document import document
from publisher.asyncapi.schemas import schema
from publisher.contract.control import CancelRequest
from publisher.settings import BrokerSettings

MADE = document(BrokerSettings.model_construct())
BOUNDED = {
    "x-queue-type": "quorum",
    "x-dead-letter-exchange": "",
    "x-dead-letter-strategy": "at-least-once",
    "x-delivery-limit": 20,
    "x-overflow": "reject-publish",
}
UNBOUNDED = {"x-queue-type": "quorum", "x-delivery-limit": 2**31 - 1}
QUEUES = {
    "booking.requests": {**BOUNDED, "x-dead-letter-routing-key": "booking.requests.undelivered"},
    "booking.control": {**BOUNDED, "x-dead-letter-routing-key": "booking.requests.dead"},
    "booking.results": UNBOUNDED,
    "booking.requests.dead": UNBOUNDED,
    "booking.results.parked": UNBOUNDED,
}
TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}
REQUEST: dict[
    str, tuple[bool, int | None, dict[str, Any]]
] = {  # field: required, default, what it takes when it is a string, what else
    "name": (True, None, TEXT),
    "car": (True, None, TEXT),
    "hotel": (True, None, TEXT),
    "flight": (True, None, TEXT),
    "attempts": (False, 5, {"type": "string"}),
    "booking_id": (False, None, {**TEXT, "pattern": "^[A-Za-z0-9._:-]+$"}),
    "deadline": (False, None, {"type": "string", "format": "date-time"}),
}
RESULT = {
    "cancelled": {"boolean"},
    "car": {"string"},
    "hotel": {"string"},
    "flight": {"string"},
    "result": {"string"},
    "user_id": {"string", "null"},
    "booking_id": {"string", "null"},
    "status": {"string"},
    "duplicate": {"boolean"},
    "revision": {"integer"},
    "legs": {"array"},
    "reason": {"object", "null"},
}
TRIP = {"name": "n", "car": "c", "hotel": "h", "flight": "f"}
ACCEPTED: list[dict[str, Any]] = [
    *({"attempts": value} for value in (1, 100, "1", "5", "100", "007", None)),
    *({"booking_id": value} for value in ("a", "A-Z.0_9:z", "x" * 200, None)),
    *({"deadline": value} for value in ("2030-01-31T12:00:00Z", "2030-01-31t12:00:00.5+01:00", None)),
    *({"name": value} for value in (" x ", "x" * 200, "Ünal 🧳")),
    {"insurance": "unknown fields are ignored"},
]
REFUSED: list[dict[str, Any]] = [
    *({"attempts": value} for value in (0, -1, 101, 1.5, True, "0", "000", "101", " 5 ", "5.0", "", "five")),
    *({"booking_id": value} for value in ("", "a b", "x" * 201, "ü", 7)),
    *({"deadline": value} for value in ("2030-01-31T12:00:00", "2030-01-31", "tomorrow", 1900000000)),
    *({field: value} for field in TRIP for value in ("", "   ", "x" * 201, None, 7)),
]


def types(name: Any, part: dict[str, Any]) -> set[str]:
    """The JSON types that a part of a schema allows."""
    if "$ref" in part:
        return types(name, schema(name)["$defs"][part["$ref"].rpartition("/")[2]])
    return (
        {kind for option in part["anyOf"] for kind in types(name, option)}
        if "anyOf" in part
        else {part["type"]}
    )


def test_broker_objects() -> None:
    found = {}
    for channel in MADE["channels"].values():
        if channel["address"]:
            binding = channel["bindings"]["amqp"]
            assert (binding["is"], binding["queue"]["durable"]) == ("queue", True)
            assert binding["queue"]["name"] == channel["address"]
            found[channel["address"]] = binding["x-arguments"]

    assert found == QUEUES


@pytest.mark.parametrize("field", REQUEST)
def test_request_fields(field: str) -> None:
    made = schema("request")
    required, default, text = REQUEST[field]
    part = made["properties"][field]
    options = part.get("anyOf", [part])
    [string] = [option for option in options if option["type"] == "string"]

    assert (field in made["required"], part.get("default")) == (required, default)
    assert text.items() <= string.items()
    assert ({"type": "null"} in options) != required
    assert set(made["properties"]) == set(REQUEST)


def test_attempts_are_a_number_from_1_to_100_too() -> None:
    options = schema("request")["properties"]["attempts"]["anyOf"]
    assert {"type": "integer", "minimum": 1, "maximum": 100} in options


@pytest.mark.parametrize("change", ACCEPTED, ids=lambda change: json.dumps(change)[:40])
def test_model_and_schema_accept(change: dict[str, Any]) -> None:
    BookingRequest.model_validate({**TRIP, **change})
    Draft202012Validator(schema("request")).validate({**TRIP, **change})


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: json.dumps(change)[:40])
def test_model_and_schema_refuse(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BookingRequest.model_validate({**TRIP, **change})
    assert not Draft202012Validator(schema("request")).is_valid({**TRIP, **change})


@pytest.mark.parametrize("name", ["result", "status-answer"])
def test_result_fields(name: Any) -> None:
    made = schema(name)
    assert {field: types(name, part) for field, part in made["properties"].items()} == RESULT
    assert set(made["required"]) == set(RESULT) - {"car", "hotel", "flight"}
    assert set(made["$defs"]["LegResult"]["required"]) == {"leg", "status", "reference", "attempts", "error"}
    assert set(made["$defs"]["Reason"]["required"]) == {"code", "leg", "message"}


def test_words() -> None:
    result, answer = schema("result"), schema("status-answer")
    statuses = ["booked", "cancelled", "failed", "rejected"]
    assert result["properties"]["status"]["enum"] == statuses
    assert answer["properties"]["status"]["enum"] == [*statuses, "running", "unknown_booking"]
    legs = "booked undone refused not_tried unknown undo_failed"
    assert result["$defs"]["LegResult"]["properties"]["status"]["enum"] == legs.split()
    started = "refused unavailable deadline cancelled_by_request stopped"
    rejected = "invalid conflict too_large reply_to_not_allowed"
    assert result["$defs"]["Reason"]["properties"]["code"]["enum"] == f"{started} {rejected}".split()


def test_message_types_and_their_queues() -> None:
    sent = {
        channel["address"]: [
            MADE["components"]["messages"][name]["x-amqp-properties"]["properties"]["type"]["const"]
            for name in channel["messages"]
        ]
        for channel in MADE["channels"].values()
        if "deadLetter" not in channel["messages"]
    }
    assert sent == {
        "booking.requests": ["booking.request"],
        "booking.control": ["booking.cancel", "booking.status"],
        None: ["booking.result", "booking.status"],
        "booking.results": ["booking.result"],
        "booking.results.parked": ["booking.result"],
    }


def test_addresses_that_a_reply_may_go_to() -> None:
    assert MADE["channels"]["replies"]["x-allowed-addresses"] == [
        "booking.results",
        "booking.results.*",
        "amq.gen-*",
        "amq.rabbitmq.reply-to.*",
    ]


def test_headers_of_dead_letters_and_parked_results() -> None:
    messages = MADE["components"]["messages"]
    assert {"x-reason", "x-error"} <= set(messages["deadLetter"]["headers"]["properties"])
    assert "x-reply-to" in messages["parkedResult"]["headers"]["properties"]
    for name in ("bookingRequest", "bookingResult"):
        assert {"traceparent", "tracestate"} <= set(messages[name]["headers"]["properties"])


def test_an_optional_field_that_is_null_counts_as_absent() -> None:
    assert CancelRequest.model_validate({"booking_id": "b", "reason": None}) == CancelRequest(booking_id="b")
    assert Draft202012Validator(schema("cancel")).is_valid({"booking_id": "b", "reason": None})


def test_the_size_limit_is_in_the_schema() -> None:
    assert schema("request")["x-max-bytes"] == 64 * 1024
