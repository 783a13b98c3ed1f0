"""What a client asks the moment it has its answer, while the end of its booking may still be on its way."""

import asyncio
import json
from uuid import uuid4

from tests.acceptance.conftest import in_both_shapes
from tests.acceptance.messages import TRIP, Inbox

pytestmark = in_both_shapes


async def test_what_is_asked_the_moment_an_answer_is_there_gets_it_again(inbox: Inbox) -> None:
    ids = [uuid4().hex for _ in range(40)]
    told: dict[str, list[tuple[str, str, bool]]] = {own: [] for own in ids}
    for own in ids:
        await inbox.send({**TRIP, "booking_id": own}, correlation_id="request")
    async with asyncio.timeout(60), inbox.queue.iterator(no_ack=True) as answers:
        async for message in answers:
            answer = json.loads(message.body)
            own = answer["booking_id"]
            told[own].append((str(message.correlation_id), answer["status"], answer["duplicate"]))
            if message.correlation_id == "request":
                await inbox.control("booking.cancel", {"booking_id": own}, correlation_id="cancel")
                await inbox.send({**TRIP, "booking_id": own}, correlation_id="repeat")
            if all(len(heard) == 3 for heard in told.values()):
                break

    booked = [("request", "booked", False), ("cancel", "booked", True), ("repeat", "booked", True)]
    assert {own: sorted(heard) for own, heard in told.items()} == dict.fromkeys(ids, sorted(booked))
