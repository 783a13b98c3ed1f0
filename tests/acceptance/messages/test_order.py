"""Messages of one booking are handled in the order of the queue, while others don't wait for them."""

import json
from uuid import uuid4

from aio_pika import Message

from tests.acceptance.conftest import World, in_both_shapes
from tests.acceptance.inbox import TRIP, Inbox

PAIRS = 20


@in_both_shapes
async def test_of_two_requests_with_one_id_the_first_in_the_queue_is_booked(
    booking: World, inbox: Inbox
) -> None:
    queue = booking.settings.requests_queue
    for _ in range(PAIRS):
        own = uuid4().hex
        for hotel in ("first", "second"):
            body = json.dumps({**TRIP, "booking_id": own, "hotel": hotel}).encode()
            message = Message(body, correlation_id=hotel, reply_to=inbox.queue.name)
            await inbox.channel.default_exchange.publish(message, queue)
    answers = [await inbox.answer(f"answer {number}") for number in range(2 * PAIRS)]

    assert sorted((answer["correlation_id"], answer["status"]) for answer in answers) == [
        *[("first", "booked")] * PAIRS,
        *[("second", "rejected")] * PAIRS,
    ]


@in_both_shapes
async def test_a_workflow_of_somebody_else_under_a_bookings_id_is_a_conflict(
    booking: World, inbox: Inbox
) -> None:
    own = uuid4().hex
    await booking.start_foreign_workflow(f"booking-{own}")
    await inbox.send({**TRIP, "booking_id": own})
    answer = await inbox.answer()

    assert (answer["status"], answer["reason"]["code"]) == ("rejected", "conflict")
