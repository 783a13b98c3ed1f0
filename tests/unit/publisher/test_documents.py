"""The committed documents are what the models say, and hang together; no server, no Node."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from publisher.asyncapi.document import document
from publisher.asyncapi.examples import EXAMPLES, Example
from publisher.asyncapi.schemas import MESSAGES, Name, schema
from publisher.asyncapi.yaml import to_yaml
from publisher.cli.app import app
from publisher.contract.result import LEG_STATUSES, REASONS, STATUSES, Status
from publisher.settings import BrokerSettings
from saga.models import LegStatus, ReasonCode

ROOT = Path(__file__).parents[3]
NAMES = get_args(Name)
MADE = document(BrokerSettings.model_construct())
AGAIN = "is stale: run `make documents`"


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(item)


def at(reference: str) -> Any:
    part: Any = MADE
    for key in reference.removeprefix("#/").split("/"):
        part = part[key]
    return part


def test_the_committed_asyncapi_document_is_what_the_models_say() -> None:
    committed = json.loads((ROOT / "docs/asyncapi.json").read_text())
    assert committed == MADE, f"docs/asyncapi.json {AGAIN}"


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_schemas_are_what_the_models_say(name: Name) -> None:
    committed = json.loads((ROOT / f"docs/schemas/v1/{name}.json").read_text())
    assert committed == schema(name), f"docs/schemas/v1/{name}.json {AGAIN}"
    Draft202012Validator.check_schema(committed)


def test_there_is_one_committed_schema_for_each_message() -> None:
    assert {file.stem for file in (ROOT / "docs/schemas/v1").iterdir()} == set(NAMES) == set(MESSAGES)


def test_every_reference_leads_somewhere() -> None:
    references = [part["$ref"] for part in inside(MADE) if "$ref" in part]
    assert len(references) > 30
    assert all(at(reference) for reference in references)


def test_reply_and_correlation_name_amqp_properties_that_the_messages_have() -> None:
    components = MADE["components"]
    reply_to = components["replyAddresses"]["replyTo"]["location"].rpartition("/")[2]
    correlation_id = components["correlationIds"]["echoed"]["location"].rpartition("/")[2]
    for operation in MADE["operations"].values():
        [message] = operation["messages"]
        properties = at(at(message["$ref"])["$ref"]).get("x-amqp-properties", {"properties": {}})[
            "properties"
        ]
        assert (reply_to in properties) == ("reply" in operation)
        assert correlation_id in properties or message["$ref"].endswith("deadLetter")
    assert [name for name, made in MADE["operations"].items() if "reply" in made] == [
        "book",
        "cancel",
        "status",
    ]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_and_its_answer_are_what_their_schemas_allow(example: Example) -> None:
    if example.message == "dead-letter":
        assert not Draft202012Validator(schema("request")).is_valid(example.sent)
    else:
        Draft202012Validator(schema(example.message)).validate(example.sent)
    Draft202012Validator(schema(example.answered_by)).validate(example.answer)


def test_the_documents_words_are_the_services_words() -> None:
    decided = {"invalid", "conflict", "too_large", "reply_to_not_allowed"}
    assert set(STATUSES) == set(Status)
    assert set(LEG_STATUSES) == set(LegStatus)
    assert set(REASONS) == set(ReasonCode) | decided


def test_a_result_without_its_legs_and_one_with_legs_that_are_not_booked_break_the_schema() -> None:
    booked, refused = EXAMPLES[0].answer, EXAMPLES[1].answer
    result = Draft202012Validator(schema("result"))
    assert not result.is_valid({key: value for key, value in booked.items() if key != "hotel"})
    assert not result.is_valid({**refused, "car": "Car: valid-car-id"})
    assert not result.is_valid({**booked, "status": "running"})


@pytest.mark.parametrize(
    "value",
    [MADE, {}, [], {"a": {}, "b": [], "c": [[1, [2]], {"d": None, "e": [{"f": 1.5, "g": True}]}]}]
    + [{key: key} for key in ("no", "on", "1", "a b", "a: b", "#", "", "é\u2028", "-", "~", "x\ty\nz")],
)
def test_yaml_says_what_json_says(value: Any) -> None:
    assert yaml.safe_load(to_yaml(value)) == value


def test_the_document_names_your_queues_and_never_your_password() -> None:
    own = {"AMQP_URL": "amqps://me:secret@rabbit.example:5671/", "VOYAGE_REQUESTS_QUEUE": "trips"}
    printed = CliRunner().invoke(app, ["asyncapi", "--json"], env=own).stdout
    made = json.loads(printed)
    server = made["servers"]["rabbitmq"]

    assert made["channels"]["requests"]["address"] == "trips"
    assert (server["host"], server["protocol"]) == ("rabbit.example:5671", "amqps")
    assert "secret" not in printed
