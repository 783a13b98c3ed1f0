"""What a client asks around the end of its booking, and the moment it has its answer."""

import asyncio
import json
import random
from uuid import uuid4

import pytest

from tests.acceptance.conftest import in_both_shapes
from tests.acceptance.inbox import Inbox, trip

pytestmark = [in_both_shapes, pytest.mark.thorough]


async def test_what_is_asked_the_moment_an_answer_is_there_gets_it_again(inbox: Inbox) -> None:
    ids = [uuid4().hex for _ in range(40)]
    told: dict[str, list[tuple[str, str, bool]]] = {own: [] for own in ids}
    for own in ids:
        await inbox.send(trip(booking_id=own), correlation_id="request")
    async with asyncio.timeout(60), inbox.queue.iterator(no_ack=True) as answers:
        async for message in answers:
            answer = json.loads(message.body)
            own = answer["booking_id"]
            told[own].append((str(message.correlation_id), answer["status"], answer["duplicate"]))
            if message.correlation_id == "request":
                await inbox.control("booking.cancel", {"booking_id": own}, correlation_id="cancel")
                await inbox.send(trip(booking_id=own), correlation_id="repeat")
            if all(len(heard) == 3 for heard in told.values()):
                break

    booked = [("request", "booked", False), ("cancel", "booked", True), ("repeat", "booked", True)]
    assert {own: sorted(heard) for own, heard in told.items()} == dict.fromkeys(ids, sorted(booked))


async def test_a_duplicate_that_races_the_end_of_its_booking_is_always_answered(inbox: Inbox) -> None:
    async def race(number: int) -> None:
        request = trip()
        await inbox.send(request, correlation_id=f"{number}-first")
        await asyncio.sleep(random.uniform(0, 0.15))  # noqa: S311 -- the race's own spread, not a wait
        await inbox.send(request, correlation_id=f"{number}-second")

    count = 100
    for batch in range(0, count, 10):
        await asyncio.gather(*(race(n) for n in range(batch, batch + 10)))
    heard: set[str] = set()
    while len(heard) < 2 * count:
        heard.add((await inbox.answer(f"all of {2 * count} answers; {len(heard)} came"))["correlation_id"])
