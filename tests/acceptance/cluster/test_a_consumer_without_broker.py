"""Two consumers, each with a node of its own: with one node killed, the other consumer gives all answers."""

import asyncio

import pytest

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from tests.acceptance.conftest import World
from voyage.devstack.rabbitmq_cluster import RabbitMqCluster

pytestmark = pytest.mark.thorough

BOOKINGS = 40
WITHIN = 25.0  # seconds, on a busy machine; the node stays away for longer


def trip(number: int) -> BookingRequest:
    return BookingRequest(name="Jane", car="c", hotel="h", flight="f", booking_id=f"{number}")


async def test_a_consumer_whose_broker_is_away_leaves_the_answers_to_others(
    world: World, cluster: RabbitMqCluster
) -> None:
    await world.prepare()
    for node in cluster.nodes[:2]:
        world.extra["AMQP_URL"] = node.url
        await world.consumer()
    del world.extra["AMQP_URL"]
    await world.worker()
    async with Client.connect(settings=world.settings) as client:
        await client.book(trip(0))
        cluster.nodes[0].kill()
        try:
            booking = (client.book(trip(number), timeout=WITHIN) for number in range(1, BOOKINGS))
            results = await asyncio.gather(*booking)
        finally:
            await asyncio.to_thread(cluster.nodes[0].start)

    assert {result.status for result in results} == {Status.BOOKED}
