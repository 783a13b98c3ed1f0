"""Requests and their cancels, sent while no consumer runs: whoever cancels what waits has cancelled it."""

import asyncio

from publisher import BookingRequest, Client, Status
from tests.acceptance.conftest import World

BOOKINGS = 8


async def test_a_cancel_of_what_waits_comes_before_it(world: World) -> None:
    await world.prepare()
    trip = BookingRequest(name="Jane", car="c", hotel="h", flight="f")
    async with Client.connect(settings=world.settings) as client:
        ids = [await client.publish(trip.model_copy()) for _ in range(BOOKINGS)]
        for own in ids:
            await client.cancel(own)
        await asyncio.gather(world.run("saga"), world.run("consumer"))
        results = {result.booking_id: result async for result in client.results(count=BOOKINGS)}

    assert {result.status for result in results.values()} == {Status.CANCELLED}
    assert results.keys() == set(ids)
