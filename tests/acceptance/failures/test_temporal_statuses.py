"""Each status with which Temporal can fail a call does to a request what docs/delivery-guarantees.md says."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from consumer.failures import TEMPORAL
from publisher import BookingRequest, Client
from tests.acceptance.conftest import World
from tests.acceptance.inbox import TRIP
from tests.acceptance.services import Service
from tests.poll import eventually
from tests.proxies.refusing_proxy import refusing_door
from voyage.failures import Failure

GIVES_UP = 90.0  # seconds; the SDK tries some statuses again for ten by itself, before we do


@dataclass
class Door:
    """A consumer behind a door at which the starts of some bookings fail."""

    world: World
    client: Client
    consumer: Service
    failing: dict[str, int]

    async def publish(self, status: int | None = None) -> str:
        """Send a request whose start fails with this status until it is taken out of `failing`."""
        booking_id = uuid4().hex
        if status:
            self.failing[booking_id] = status
        return await self.client.publish(BookingRequest.model_validate({**TRIP, "booking_id": booking_id}))

    async def results(self, count: int) -> dict[str | None, str]:
        """The next results: booking ids and statuses."""
        async with asyncio.timeout(GIVES_UP):
            came = [result async for result in self.client.results(count=count)]
        return {result.booking_id: result.status.value for result in came}

    def pauses(self) -> int:
        return sum("consuming pauses" in line for line in self.consumer.log)


@pytest.fixture
async def door(world: World) -> AsyncIterator[Door]:
    failing: dict[str, int] = {}

    def verdict(call: bytes) -> int | None:
        return next((status for booking, status in failing.items() if booking.encode() in call), None)

    world.with_settings(circuit_breaker_threshold=1, probe_interval=0.2)
    await world.worker()
    async with refusing_door(world.temporal_address, "StartWorkflowExecution", verdict=verdict) as address:
        world.extra = {"TEMPORAL_ADDRESS": address}
        consumer = await world.consumer()
        async with await Client.connect(settings=world.settings) as client:
            yield Door(world, client, consumer, failing)


def _statuses(kind: Failure) -> list[int]:
    return [status.value for status, failure in TEMPORAL.items() if failure is kind]


async def test_refused_is_rejected_and_busy_waits_by_itself_while_others_are_booked(door: Door) -> None:
    refused = {await door.publish(status) for status in _statuses(Failure.REFUSED)}
    busy = {await door.publish(status) for status in _statuses(Failure.BUSY)}
    others = {await door.publish() for _ in range(5)}

    expected = dict.fromkeys(refused, "rejected") | dict.fromkeys(others, "booked")
    assert await door.results(len(expected)) == expected
    assert busy <= set(door.failing)
    assert not door.pauses()

    door.failing.clear()
    assert await door.results(len(busy)) == dict.fromkeys(busy, "booked")


async def test_away_pauses_all_and_goes_on_by_itself(door: Door) -> None:
    for status in _statuses(Failure.AWAY):
        before = door.pauses()
        booking = await door.publish(status)
        await eventually(f"status {status} to pause consuming", lambda: door.pauses() > before, GIVES_UP)  # noqa: B023
        other = await door.publish()
        door.failing.clear()
        assert await door.results(2) == {booking: "booked", other: "booked"}, status

    assert [letter async for letter in door.client.dead_letters.browse()] == []
