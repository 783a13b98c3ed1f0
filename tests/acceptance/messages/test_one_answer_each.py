"""The contract's table "One answer each", row by row, over real servers and real processes."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client as Temporal

from saga.activities.unfinished_calls import Unfinished
from saga.workflows.recorded_steps import LOCAL_ACTIVITY
from tests.acceptance.conftest import World, in_both_shapes
from tests.acceptance.inbox import Inbox, next_message, trip

pytestmark = in_both_shapes
UNFINISHED = [json.dumps(one).encode() for one in Unfinished]


async def booked_legs(temporal: Temporal, booking_id: object) -> int:
    history = await temporal.get_workflow_handle(f"booking-{booking_id}").fetch_history()
    steps = [event.activity_task_scheduled_event_attributes.activity_type.name for event in history.events]
    steps += filter(None, map(ended_first_try, history.events))
    return sum(step.startswith("book_") for step in steps)


def ended_first_try(event: HistoryEvent) -> str:
    """The activity of which a first try has ended; one that has not goes on as an ordinary one."""
    marker = event.marker_recorded_event_attributes
    result = marker.details["result"].payloads if "result" in marker.details else []
    if marker.marker_name != LOCAL_ACTIVITY or any(one.data in UNFINISHED for one in result):
        return ""
    return str(json.loads(marker.details["data"].payloads[0].data)["activity_type"])


async def test_a_new_request(inbox: Inbox, temporal: Temporal) -> None:
    request = trip()
    await inbox.send(request, correlation_id="c-1", headers={"traceparent": "00-1-2-01"})
    message = await next_message(inbox.queue, "the result")

    assert (message.type, message.correlation_id) == ("booking.result", "c-1")
    assert (message.delivery_mode, message.content_type) == (2, "application/json")
    assert message.headers["traceparent"] == "00-1-2-01"
    assert await booked_legs(temporal, request["booking_id"]) == 3


async def test_the_same_id_again_while_it_runs_joins_and_each_address_hears_once(
    inbox: Inbox, temporal: Temporal
) -> None:
    request = trip(car="slow-car")
    for correlation_id in ("c-1", "c-2", "c-1", "c-3", "c-2"):
        await inbox.send(request, correlation_id=correlation_id)
    answers = [await inbox.answer(f"answer {n}") for n in range(3)]

    assert {answer["correlation_id"] for answer in answers} == {"c-1", "c-2", "c-3"}
    assert [(answer["status"], answer["duplicate"]) for answer in answers] == [("booked", False)] * 3
    assert len({answer["message_id"] for answer in answers}) == 1
    assert await booked_legs(temporal, request["booking_id"]) == 3
    assert await inbox.depth(inbox.queue.name) == 0


@pytest.mark.parametrize("hotel", ["h", "invalid-hotel"])
async def test_the_same_id_after_it_ended_gets_the_original_again(
    inbox: Inbox, temporal: Temporal, hotel: str
) -> None:
    request = trip(hotel=hotel)
    await inbox.send(request, correlation_id="c-1")
    first = await inbox.answer()
    await inbox.send(request, correlation_id="c-1")
    again = await inbox.answer()

    assert {key for key in first if first[key] != again[key]} == {"duplicate"}
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert await booked_legs(temporal, request["booking_id"]) == (3 if hotel == "h" else 2)


@pytest.mark.parametrize("car", ["c", "slow-car"])
async def test_the_same_id_with_another_payload_is_a_conflict_and_the_first_is_untouched(
    inbox: Inbox, booking: World, car: str
) -> None:
    request = trip(car=car)
    await inbox.send(request, correlation_id="first")
    got = []
    if car == "slow-car":
        await booking.until_it_books(request["booking_id"], "car")
    else:
        got.append(await inbox.answer())
    own = uuid4().hex
    await inbox.send({**request, "hotel": "another"}, correlation_id="second", message_id=own)
    while len(got) < 2:
        got.append(await inbox.answer())
    answers = {answer["correlation_id"]: answer for answer in got}
    dead = await inbox.dead_letter(own)

    assert answers["first"]["status"] == "booked"
    assert (answers["second"]["status"], answers["second"]["reason"]["code"]) == ("rejected", "conflict")
    assert answers["second"]["message_id"] != answers["first"]["message_id"]
    assert dead.headers["x-reason"] == "conflict"


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [(b"not json", "invalid", "JSON"), (b"{}", "invalid", "car"), (b" " * 70_000, "too_large", "bytes")],
)
async def test_not_json_not_valid_too_large(inbox: Inbox, body: bytes, code: str, field: str) -> None:
    own = uuid4().hex
    await inbox.send(body, correlation_id="c-1", message_id=own, headers={"mine": 1})
    answer = await inbox.answer()
    dead = await inbox.dead_letter(own)

    assert (answer["status"], answer["cancelled"], answer["result"]) == ("rejected", True, "Voyage cancelled")
    assert (answer["reason"]["code"], answer["correlation_id"]) == (code, "c-1")
    assert field in answer["reason"]["message"]
    assert (answer["user_id"], answer["booking_id"], answer["legs"]) == (None, None, [])
    assert (dead.body, dead.headers["mine"]) == (body, 1)
    assert dead.headers["x-reason"] == code


@pytest.mark.parametrize("address", ["parked", "mine", "results|elsewhere"])
async def test_reply_to_outside_the_allow_list(inbox: Inbox, booking: World, address: str) -> None:
    reply_to = {
        "parked": booking.settings.parked_queue,
        "mine": f"mine-{uuid4().hex}",
        "results|elsewhere": f"{booking.settings.results_queue}.x|amq.topic",
    }[address]
    mine = await inbox.channel.declare_queue(reply_to, exclusive=True) if address == "mine" else None
    own = uuid4().hex
    await inbox.send(trip(), reply_to=reply_to, message_id=own)
    dead = await inbox.dead_letter(own)

    assert (dead.headers["x-reason"], dead.reply_to) == ("reply_to_not_allowed", reply_to)
    assert await inbox.depth(mine.name if mine else booking.settings.parked_queue) == 0


async def test_a_deadline_already_past(inbox: Inbox, temporal: Temporal) -> None:
    request = trip(deadline=(datetime.now(UTC) - timedelta(minutes=1)).isoformat())
    await inbox.send(request)
    answer = await inbox.answer()

    assert (answer["status"], answer["reason"]["code"]) == ("cancelled", "deadline")
    assert {leg["status"] for leg in answer["legs"]} == {"not_tried"}
    assert await booked_legs(temporal, request["booking_id"]) == 0


async def test_a_deadline_during_the_booking_undoes_what_was_taken(inbox: Inbox) -> None:
    deadline = (datetime.now(UTC) + timedelta(seconds=6)).isoformat()
    await inbox.send(trip(hotel="down-hotel", attempts=100, deadline=deadline))
    answer = await inbox.answer()

    assert (answer["status"], answer["reason"]["code"]) == ("cancelled", "deadline")
    assert [leg["status"] for leg in answer["legs"]] == ["undone", "undone", "not_tried"]
