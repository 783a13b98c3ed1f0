"""Bookings that Temporal itself cancels, ends or never lets begin are answered like any other."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client as Temporal

from tests.acceptance.conftest import World, in_both_shapes
from tests.acceptance.inbox import Inbox, trip

pytestmark = in_both_shapes


async def test_a_workflow_cancelled_in_temporal_itself(
    booking: World, inbox: Inbox, temporal: Temporal
) -> None:
    request = trip(hotel="slow-hotel")
    await inbox.send(request)
    await booking.until_it_books(request["booking_id"], "hotel")
    await temporal.get_workflow_handle(f"booking-{request['booking_id']}").cancel()
    answer = await inbox.answer()

    assert (answer["status"], answer["reason"]["code"]) == ("cancelled", "cancelled_by_request")
    assert [leg["status"] for leg in answer["legs"]] == ["undone", "undone", "not_tried"]


async def test_a_workflow_terminated_from_outside_is_answered_once_however_many_consumers_run(
    booking: World, inbox: Inbox, temporal: Temporal
) -> None:
    second_consumer = await booking.consumer()
    requests = [trip(hotel="slow-hotel") for _ in range(5)]
    for number, request in enumerate(requests):
        await inbox.send(request, correlation_id=str(number))
        await booking.until_it_books(request["booking_id"], "hotel")
        await temporal.get_workflow_handle(f"booking-{request['booking_id']}").terminate()
    answers = [await inbox.answer("a stopped booking's answer", within=60) for _ in requests]
    await inbox.send(requests[0], correlation_id="again")
    again = await inbox.answer()
    await second_consumer.end()

    assert Counter(answer["correlation_id"] for answer in answers) == Counter("01234")
    assert {(a["status"], a["reason"]["code"]) for a in answers} == {("failed", "stopped")}
    assert [leg["status"] for leg in answers[0]["legs"]] == ["booked", "unknown", "not_tried"]
    assert (again["status"], again["duplicate"]) == ("failed", True)
    assert again["message_id"] in {answer["message_id"] for answer in answers}
    assert await inbox.depth(inbox.queue.name) == 0


@pytest.mark.parametrize("how", ["timed out", "failed", "cancelled before its first step"])
async def test_a_workflow_timed_out_or_failed_from_outside_or_cancelled_unseen(
    booking: World, inbox: Inbox, temporal: Temporal, how: str
) -> None:
    """As Temporal's own tools can bring it about: a booking started with what the consumer would give it."""
    own = uuid4().hex
    nobody_polls = how == "cancelled before its first step"
    caller = {"booking_id": own, "reply_to": inbox.queue.name, "correlation_id": how, "trace": {}}
    reply = {"activity": "publish_result", "task_queue": booking.settings.reply_task_queue, "context": caller}
    legs = {f"book_{leg}_id": "slow-x" for leg in ("car", "hotel", "flight")}
    handle = await temporal.start_workflow(
        "BookingWorkflow",
        {"book_user_id": "jane-1", **legs, "attempts": 0 if how == "failed" else 1, "reply": reply},
        id=f"booking-{own}",
        task_queue=booking.settings.task_queue,
        execution_timeout=timedelta(seconds=1) if how == "timed out" else None,
        start_delay=timedelta(hours=1) if nobody_polls else None,
    )
    if nobody_polls:
        await handle.cancel()
    answer = await inbox.answer(within=60)
    expected = ("cancelled", "cancelled_by_request") if nobody_polls else ("failed", "stopped")

    assert (answer["status"], answer["reason"]["code"]) == expected
    assert answer["correlation_id"] == how
