"""A booking that no worker answers for: whoever asks is told that it waits for one, and with which leg."""

import asyncio
import signal
from uuid import uuid4

import pytest

from publisher import BookingRequest, Client
from tests.acceptance.conftest import World
from tests.acceptance.inbox import TRIP
from tests.acceptance.screens import TRIP_OPTIONS, plain, screen


async def test_a_booking_that_waits_for_a_worker_says_so_with_its_leg(world: World) -> None:
    await asyncio.gather(world.consumer(), world.worker())
    async with Client.connect(settings=world.settings) as client:
        own = uuid4().hex
        await client.publish(BookingRequest(**{**TRIP, "hotel": "slow-hotel", "booking_id": own}))
        await world.until_it_books(own, "hotel")
        await world.services[-1].end(signal.SIGKILL)
        status = await client.status(own, timeout=30)

    assert [leg.status for leg in status.legs] == ["booked", "unknown", "not_tried"]
    assert status.result == (
        "Voyage under way; its hotel waits for a worker, and none answers. "
        "Start voyage-worker, or see: voyage-worker doctor"
    )


@pytest.mark.parametrize("columns", [80, 60])
async def test_who_watches_is_told_that_it_waits_for_a_worker(world: World, columns: int) -> None:
    await world.consumer()
    options = (*TRIP_OPTIONS, "my-hotel", "--timeout", "8")
    code, seen = await screen(world, *options, columns=columns)
    lines = plain(seen)

    assert code == 3
    told = "Its car waits for a worker, and none answers. Start voyage-worker, or see: voyage-worker doctor"
    assert told in " ".join(line.strip() for line in lines), lines
