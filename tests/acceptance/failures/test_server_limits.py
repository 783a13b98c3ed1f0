"""A Temporal server that permits few requests is busy, not away: bookings end, and health says why."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from publisher import BookingRequest, Client
from publisher.contract.result import BookingResult
from tests.acceptance.conftest import World, a_world
from tests.acceptance.inbox import trip
from tests.acceptance.watching import Watched
from tests.conftest import own_names
from tests.poll import eventually
from voyage import devstack
from voyage.devstack.binaries import temporal_binary

pytestmark = pytest.mark.thorough

BOOKINGS = 10


class LimitedTemporal(devstack.Temporal):
    """A server that permits five requests a second in a namespace."""

    def command(self) -> Sequence[str | Path]:
        return [*super().command(), "--dynamic-config-value", "frontend.namespaceRPS=5"]


@pytest.fixture
async def limited(servers: devstack.Servers) -> AsyncIterator[World]:
    temporal = LimitedTemporal(temporal_binary(print))
    try:
        await asyncio.to_thread(temporal.start)
        names = own_names().model_copy(update={"health_port": 0, "reconciliation_interval": 15})
        async with a_world(servers.amqp_url, temporal.address, names) as world:
            yield world
    finally:
        temporal.close()


async def test_at_a_limit_of_requests_bookings_end_and_health_and_doctor_name_the_limit(
    limited: World,
) -> None:
    await limited.prepare()
    seen: list[set[str]] = []
    async with await Client.connect(settings=limited.settings) as client:
        ids = {await client.publish(BookingRequest.model_validate(trip())) for _ in range(BOOKINGS)}
        consumer, _ = await asyncio.gather(limited.run("consumer"), limited.run("saga"))
        health = await Watched.of(consumer)

        async def is_limited() -> bool:
            seen.append(set((await health.reasons()).values()))
            return "limited" in seen[-1]

        await eventually("health to say limited", is_limited, within=60)
        _, told, _ = await limited.command("voyage-consumer", "doctor", "--json")
        results = asyncio.create_task(_all_of(client))

        async def all_ended() -> bool:
            await is_limited()
            return results.done()

        await eventually("every booking to end", all_ended, within=400)
        dead = [letter async for letter in client.dead_letters.browse()]

    assert {result.booking_id for result in results.result()} == ids
    assert {result.status.value for result in results.result()} == {"booked"}
    assert dead == []
    assert set.union(*seen) <= {"starting", "no_poller", "limited"}
    since = seen.index({"limited"})
    assert all(reasons <= {"limited"} for reasons in seen[since:]), "it changes its mind"
    assert not any("consuming pauses" in line for line in consumer.log)
    assert "Temporal is at its limit" in told


async def _all_of(client: Client) -> list[BookingResult]:
    return [result async for result in client.results(count=BOOKINGS)]
