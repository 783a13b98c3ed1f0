"""More callers of one booking than Temporal takes signals for: each gets its result, and others go on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client as Temporal

from consumer.callers.joining import Joining, shard_of
from consumer.reply_address import ReplyAddress
from consumer.temporal.booking_lookup import Running
from tests.acceptance.conftest import World
from tests.acceptance.few_signals import LIMIT, crowded, few_signals
from tests.acceptance.inbox import Inbox, trip
from tests.acceptance.services import SHAPES
from tests.acceptance.watching import Watched
from tests.poll import eventually
from tests.rabbitmq import connect

pytestmark = pytest.mark.thorough

__all__ = ["crowded", "few_signals"]
SIGNALED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
CALLERS = [f"caller {number}" for number in range(5 * LIMIT)]


@asynccontextmanager
async def inbox_of(world: World) -> AsyncIterator[Inbox]:
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        yield await Inbox.open(await connection.channel(), world.settings)


@pytest.fixture
async def inbox(crowded: World) -> AsyncIterator[Inbox]:
    async with inbox_of(crowded) as inbox:
        yield inbox


async def a_crowd(world: World, inbox: Inbox) -> str:
    """A booking that finds no hotel, and the callers who have joined it; others were booked meanwhile."""
    consumer = await Watched.of(world.services[0])
    request = trip(hotel="down", attempts=100)
    await inbox.send(request, correlation_id="first")
    await world.until_it_books(request["booking_id"], "hotel")
    for caller in CALLERS:
        await inbox.send(request, correlation_id=caller)
    for number in range(3):
        await inbox.send(trip(), correlation_id=f"bystander {number}")
    bystanders = [await inbox.answer("the bystanders' answers", within=90) for _ in range(3)]
    assert [answer["status"] for answer in bystanders] == ["booked"] * 3

    async def all_joined() -> bool:
        return await consumer.total("voyage_requests_total", outcome="joined") >= len(CALLERS)

    await eventually("all callers to have joined", all_joined, 90)
    return str(request["booking_id"])


async def answers_of(inbox: Inbox, callers: set[str]) -> dict[str, dict[str, Any]]:
    """The last answer of each caller, when all of them have one."""
    told: dict[str, dict[str, Any]] = {}
    while told.keys() < callers:
        answer = await inbox.answer(f"{len(callers)} answers; {len(told)} came", within=60)
        told[answer["correlation_id"]] = answer
    return told


async def test_callers_whom_a_workflow_has_no_room_for_go_to_the_next(crowded: World) -> None:
    temporal = await Temporal.connect(crowded.temporal_address)
    joining, booking = Joining(temporal, crowded.settings), uuid4().hex
    full = Running(fingerprint="f", user_id="u", is_early_cancel=False, is_full=True)
    callers = [ReplyAddress(reply_to="q", correlation_id=str(number)) for number in range(64 * LIMIT)]
    of_one_shard = [caller for caller in callers if shard_of(caller) == 3][: 2 * LIMIT + 1]
    for caller in of_one_shard:
        await joining.join(booking, full, caller)
    signals = []
    for number in range(3):
        handle = temporal.get_workflow_handle(f"callers-3.{number}-{booking}")
        events = (await handle.fetch_history()).events
        signals.append([event.event_type for event in events].count(SIGNALED))

    assert signals == [LIMIT, LIMIT, 1]


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_booking_with_many_callers_delays_nobody_and_can_be_cancelled(
    crowded: World, inbox: Inbox, shape: str
) -> None:
    await crowded.everything(shape)
    booking = await a_crowd(crowded, inbox)
    await inbox.control("booking.cancel", {"booking_id": booking}, correlation_id="cancel")
    told = await answers_of(inbox, {"first", "cancel", *CALLERS})

    assert {(a["status"], a["reason"]["code"]) for a in told.values()} == {
        ("cancelled", "cancelled_by_request")
    }
    assert {a["duplicate"] for a in told.values()} == {False}
    assert len({a["message_id"] for a in told.values()}) == 1


async def test_all_of_them_hear_of_a_booking_that_is_terminated(crowded: World, inbox: Inbox) -> None:
    await crowded.everything()
    booking = await a_crowd(crowded, inbox)
    temporal = await Temporal.connect(crowded.temporal_address)
    await temporal.get_workflow_handle(f"booking-{booking}").terminate()
    told = await answers_of(inbox, {"first", *CALLERS})

    assert {(a["status"], a["reason"]["code"]) for a in told.values()} == {("failed", "stopped")}


async def test_all_of_them_hear_of_a_failed_undo_and_again_when_a_person_has_settled_it(
    world: World, temporal: Temporal
) -> None:
    """On a server with Temporal's own limits, of which the booking takes a part."""
    world.extra["VOYAGE_CAR_SUPPLIER_PLUGIN"] = "tests.suppliers:NeverUndone"
    world.with_settings(undo_attempts=1, health_port=0)
    await world.everything()
    async with inbox_of(world) as inbox:
        booking = await a_crowd(world, inbox)
        handle = temporal.get_workflow_handle(f"booking-{booking}")
        await handle.cancel()
        failed = await answers_of(inbox, {"first", *CALLERS})
        request = trip(booking_id=booking, hotel="down", attempts=100)
        await inbox.send(request, correlation_id="late")
        late = await inbox.answer("the answer of who came late")
        await inbox.send(request, correlation_id=CALLERS[-1])
        again = await inbox.answer("the answer of who came again")
        await handle.signal("settle", "by phone")
        settled = await answers_of(inbox, {"first", "late", *CALLERS})

    assert {(a["status"], a["revision"], a["duplicate"]) for a in failed.values()} == {("failed", 1, False)}
    assert (late["correlation_id"], late["status"], late["duplicate"]) == ("late", "failed", True)
    assert (again["correlation_id"], again["status"], again["duplicate"]) == (CALLERS[-1], "failed", True)
    assert {(a["status"], a["revision"]) for a in settled.values()} == {("cancelled", 2)}
    assert {a["duplicate"] for a in settled.values()} == {False}
