"""Every example of the AsyncAPI document, sent over real servers; each answer against its own schema."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from publisher.asyncapi.examples import EXAMPLES, Example
from tests.acceptance.conftest import World
from tests.acceptance.inbox import Inbox

DOCUMENTS = Path(__file__).parents[3] / "docs"
BY_NAME = {example.name: example for example in EXAMPLES}
REQUESTS = ("booked", "refused", "rejected")
AFTER_BOOKED = ("status-booked", "status-unknown")
CALLED_OFF = ("called-off", "status-running", "cancel")


def with_id(example: Example, booking_id: str) -> dict[str, Any]:
    """What the example sends, under an id of the test's own where it has one."""
    return {**example.sent, **({"booking_id": booking_id} if "booking_id" in example.sent else {})}


def check(example: Example, answer: dict[str, Any], booking_id: str) -> None:
    """The answer is valid by the committed schema, and the document's example but for ids and references."""
    kind = answer.pop("type")
    body = {key: value for key, value in answer.items() if key not in {"message_id", "correlation_id"}}
    schema = json.loads((DOCUMENTS / f"schemas/v1/{example.answered_by}.json").read_text())
    Draft202012Validator(schema).validate(body)

    assert kind == ("booking.status" if example.answered_by == "status-answer" else "booking.result")
    assert body["booking_id"] == (example.answer["booking_id"] and booking_id)
    assert without_ids(body) == without_ids(example.answer)


def without_ids(body: dict[str, Any]) -> dict[str, Any]:
    plain = deepcopy(body)
    for leg in plain["legs"]:
        leg["reference"] = leg["reference"] and leg["reference"].partition("-")[0]
    user_id = (plain.pop("user_id") or "").rpartition("-")[0]
    return {**plain, "booking_id": None, "user": user_id}


async def ask(inbox: Inbox, example: Example, booking_id: str) -> None:
    send = {"correlation_id": example.name, "message_id": uuid4().hex}
    if example.message in {"request", "dead-letter"}:
        await inbox.send(with_id(example, booking_id), **send)
    else:
        await inbox.control(f"booking.{example.message}", with_id(example, booking_id), **send)


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_request_is_answered_as_its_example(inbox: Inbox, name: str) -> None:
    example, own = BY_NAME[name], uuid4().hex
    await ask(inbox, example, own)

    check(example, await inbox.answer(), own)


@pytest.mark.parametrize("name", AFTER_BOOKED)
async def test_a_status_is_answered_as_its_example(inbox: Inbox, name: str) -> None:
    example, own = BY_NAME[name], uuid4().hex
    if name == "status-booked":
        await ask(inbox, BY_NAME["booked"], own)
        await inbox.answer()
    await ask(inbox, example, own)

    check(example, await inbox.answer(), own)


async def test_a_trip_that_is_called_off_is_answered_as_its_examples(inbox: Inbox, booking: World) -> None:
    request, status, cancel = (BY_NAME[name] for name in CALLED_OFF)
    own = uuid4().hex
    await ask(inbox, request, own)
    await booking.until_it_books(own, "car")
    await ask(inbox, status, own)
    check(status, await inbox.answer(), own)
    await ask(inbox, cancel, own)
    answers = {answer["correlation_id"]: answer for answer in [await inbox.answer(), await inbox.answer()]}

    check(request, answers[request.name], own)
    check(cancel, answers[cancel.name], own)


async def test_a_dead_letter_has_the_headers_that_the_document_names(inbox: Inbox) -> None:
    made = json.loads((DOCUMENTS / "asyncapi.json").read_text())
    headers = made["components"]["messages"]["deadLetter"]["headers"]
    own = uuid4().hex
    await inbox.send(BY_NAME["rejected"].sent, message_id=own)
    letter = await inbox.dead_letter(own)

    Draft202012Validator(headers).validate(dict(letter.headers))
    assert set(headers["properties"]) <= set(letter.headers)
    assert json.loads(letter.body) == BY_NAME["rejected"].sent


def test_every_example_is_sent_by_a_test_above() -> None:
    assert set(BY_NAME) == {*REQUESTS, *AFTER_BOOKED, *CALLED_OFF}
