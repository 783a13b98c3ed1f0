"""Two consumers, each with a node of its own: with one node killed, the other consumer gives all answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from temporalio.client import Client as Temporal

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from tests.acceptance.conftest import World
from tests.poll import eventually
from voyage.devstack.rabbitmq_cluster import RabbitMqCluster

pytestmark = pytest.mark.thorough

OWN = uuid4().hex
BOOKINGS, STOPPED = 40, 20
WITHIN = 25.0  # seconds, on a busy machine; the node stays away for longer


def trip(number: int) -> BookingRequest:
    return BookingRequest(name="Jane", car="c", hotel="h", flight="f", booking_id=f"{OWN}-{number}")


def stopped(number: int) -> BookingRequest:
    return trip(number).model_copy(update={"booking_id": f"{OWN}-stopped-{number}"})


@asynccontextmanager
async def two_consumers(world: World, cluster: RabbitMqCluster) -> AsyncIterator[Client]:
    """One consumer at each of two nodes, and a client that knows all three."""
    await world.prepare()
    for node in cluster.nodes[:2]:
        world.extra["AMQP_URL"] = node.url
        await world.consumer()
    del world.extra["AMQP_URL"]
    async with Client.connect(settings=world.settings) as client:
        yield client


async def test_a_consumer_whose_broker_is_away_leaves_the_answers_to_others(
    world: World, cluster: RabbitMqCluster
) -> None:
    async with two_consumers(world, cluster) as client:
        await world.worker()
        await client.book(trip(0))
        cluster.nodes[0].kill()
        try:
            booking = (client.book(trip(number), timeout=WITHIN) for number in range(1, BOOKINGS))
            results = await asyncio.gather(*booking)
        finally:
            await asyncio.to_thread(cluster.nodes[0].start)

    assert {result.status for result in results} == {Status.BOOKED}


async def test_so_it_does_with_answers_for_stopped_bookings(
    world: World, cluster: RabbitMqCluster, temporal: Temporal
) -> None:
    """Nobody books; the bookings are terminated when the node is away."""
    ours = f"TaskQueue = '{world.settings.task_queue}' AND WorkflowType = 'BookingWorkflow'"

    async def have_begun() -> bool:
        return (await temporal.count_workflows(ours)).count == STOPPED

    async with two_consumers(world, cluster) as client:
        waiting = (client.book(stopped(number), timeout=60) for number in range(STOPPED))
        bookings = [asyncio.create_task(one) for one in waiting]
        await eventually("all bookings", have_begun)
        cluster.nodes[0].kill()
        try:
            for number in range(STOPPED):
                await temporal.get_workflow_handle(f"booking-{stopped(number).booking_id}").terminate()
            results = await asyncio.gather(*bookings)
        finally:
            await asyncio.to_thread(cluster.nodes[0].start)

    assert {result.status for result in results} == {Status.FAILED}
