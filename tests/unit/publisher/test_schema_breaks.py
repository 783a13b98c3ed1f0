"""Which changes of a schema break an older client, as a table; and that ours have made none."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from publisher.asyncapi.schemas import schema
from tests.documentation.schema_breaks import breaks, check

Schema = dict[str, Any]
Change = Callable[[Schema], object]
TEXT = {"type": "string"}


def fields(made: Schema) -> Schema:
    return made["properties"]  # type: ignore[no-any-return]  # JSON


def leg(made: Schema) -> Schema:
    return made["$defs"]["LegResult"]  # type: ignore[no-any-return]  # JSON


BREAKS_A_REQUEST: dict[str, Change] = {
    "a new required field": lambda made: made["required"].append("insurance"),
    "an optional field becomes required": lambda made: made["required"].append("booking_id"),
    "a field is gone": lambda made: fields(made).pop("deadline"),
    "another type": lambda made: fields(made)["name"].update(type="integer"),
    "a shorter text": lambda made: fields(made)["name"].update(maxLength=100),
    "a longer least": lambda made: fields(made)["name"].update(minLength=2),
    "a new limit": lambda made: fields(made)["attempts"]["anyOf"][1].update(maxLength=2),
    "a lower maximum": lambda made: fields(made)["attempts"]["anyOf"][0].update(maximum=10),
    "a higher minimum": lambda made: fields(made)["attempts"]["anyOf"][0].update(minimum=2),
    "no number in a string": lambda made: fields(made)["attempts"]["anyOf"].pop(1),
    "null counts no longer as absent": lambda made: fields(made)["booking_id"]["anyOf"].pop(1),
    "another alphabet": lambda made: fields(made)["booking_id"]["anyOf"][0].update(pattern="^[a-z]+$"),
    "another default": lambda made: fields(made)["attempts"].update(default=3),
    "a list of permitted words": lambda made: fields(made)["hotel"].update(enum=["Ritz"]),
    "unknown fields are refused": lambda made: made.update(additionalProperties=False),
    "a smaller body": lambda made: made.update({"x-max-bytes": 1024}),
    "a keyword that isn't compared": lambda made: fields(made)["car"].update({"not": {"const": "x"}}),
}
KEEPS_A_REQUEST: dict[str, Change] = {
    "nothing": lambda _: None,
    "a new optional field": lambda made: fields(made).update(insurance=TEXT),
    "a longer text": lambda made: fields(made)["name"].update(maxLength=400),
    "a limit is gone": lambda made: fields(made)["name"].pop("maxLength"),
    "a required field becomes optional": lambda made: made["required"].remove("flight"),
    "one more type": lambda made: fields(made)["deadline"]["anyOf"].append({"type": "integer"}),
    "another description": lambda made: made.update(description="A trip."),
    "a larger body": lambda made: made.update({"x-max-bytes": 1024 * 1024}),
}
BREAKS_A_RESULT: dict[str, Change] = {
    "a field is gone": lambda made: fields(made).pop("revision"),
    "a field that isn't always there is gone": lambda made: fields(made).pop("hotel"),
    "a field isn't always there": lambda made: made["required"].remove("user_id"),
    "another type": lambda made: fields(made)["revision"].update(type="string"),
    "null is new": lambda made: fields(made).update(result={"anyOf": [TEXT, {"type": "null"}]}),
    "a new status": lambda made: fields(made)["status"]["enum"].append("postponed"),
    "any status": lambda made: fields(made)["status"].pop("enum"),
    "a leg's field is gone": lambda made: fields(leg(made)).pop("reference"),
    "a leg's field isn't always there": lambda made: leg(made)["required"].remove("error"),
    "a leg's new status": lambda made: fields(leg(made))["status"]["enum"].append("lost"),
    "a new reason": lambda made: fields(made["$defs"]["Reason"])["code"]["enum"].append("mood"),
    "a booked trip without its legs": lambda made: made["then"].update(required=["car"]),
}
KEEPS_A_RESULT: dict[str, Change] = {
    "nothing": lambda _: None,
    "a new field": lambda made: (fields(made).update(price=TEXT), made["required"].append("price")),
    "a new field of a leg": lambda made: fields(leg(made)).update(price=TEXT),
    "a status less": lambda made: fields(made)["status"]["enum"].remove("failed"),
    "never null": lambda made: fields(made).update(user_id=TEXT),
    "a shorter text": lambda made: fields(made)["result"].update(maxLength=500),
    "another default": lambda made: fields(made)["revision"].update(default=7),
}


def changed(old: Schema, change: Change) -> Schema:
    new = deepcopy(old)
    change(new)
    return new


@pytest.mark.parametrize("change", BREAKS_A_REQUEST.values(), ids=BREAKS_A_REQUEST)
def test_a_change_of_the_request_that_breaks_older_clients(change: Change) -> None:
    old = schema("request")
    assert breaks(old, changed(old, change), "sent")


@pytest.mark.parametrize("change", KEEPS_A_REQUEST.values(), ids=KEEPS_A_REQUEST)
def test_a_change_of_the_request_that_older_clients_do_not_notice(change: Change) -> None:
    old = schema("request")
    assert breaks(old, changed(old, change), "sent") == []


@pytest.mark.parametrize("change", BREAKS_A_RESULT.values(), ids=BREAKS_A_RESULT)
def test_a_change_of_the_result_that_breaks_older_clients(change: Change) -> None:
    old = schema("result")
    assert breaks(old, changed(old, change), "received")


@pytest.mark.parametrize("change", KEEPS_A_RESULT.values(), ids=KEEPS_A_RESULT)
def test_a_change_of_the_result_that_older_clients_do_not_notice(change: Change) -> None:
    old = schema("result")
    assert breaks(old, changed(old, change), "received") == []


def test_a_break_is_told_in_words() -> None:
    old = schema("request")
    new = changed(
        old, lambda made: (fields(made)["name"].update(maxLength=100), fields(made).pop("deadline"))
    )
    assert breaks(old, new, "sent") == ["deadline: is gone", "name: maxLength 200 and 100"]


def test_the_committed_schemas_break_no_client_of_the_released_ones() -> None:
    assert check() == []


def test_a_released_message_that_is_gone_is_a_break(tmp_path: Path) -> None:
    released, current = tmp_path / "released", tmp_path / "current"
    released.mkdir()
    (released / "cancel.json").write_text(json.dumps(schema("cancel")))
    assert check(current, released) == ["cancel: is gone"]
