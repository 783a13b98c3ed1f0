"""Temporal or the broker away: everything waits where it is safe, and goes on by itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psutil
import pytest
from aio_pika import Message
from temporalio.client import Client as Temporal
from temporalio.service import RPCError

from publisher import BookingRequest, Client
from tests.acceptance.conftest import World, a_world
from tests.acceptance.inbox import TRIP
from tests.acceptance.services import SHAPES
from tests.conftest import own_names
from tests.poll import eventually
from tests.rabbitmq import connect
from voyage import devstack
from voyage.devstack.temporal_release import temporal_of_choice

pytestmark = pytest.mark.thorough


@dataclass
class OwnServers:
    rabbitmq: devstack.RabbitMq
    temporal: devstack.Temporal
    world: World


@pytest.fixture
async def own() -> AsyncIterator[OwnServers]:
    """A world over servers of its own, which the test may stop."""
    with ExitStack() as stack:
        rabbitmq, temporal = devstack.RabbitMq(), temporal_of_choice(print)
        for server in (rabbitmq, temporal):
            stack.callback(server.close)
            server.spawn()
        await asyncio.gather(*(asyncio.to_thread(server.wait) for server in (rabbitmq, temporal)))
        names = own_names().model_copy(update={"probe_interval": 0.2})
        async with a_world(rabbitmq.url, temporal.address, names) as world:
            yield OwnServers(rabbitmq, temporal, world)


def request() -> BookingRequest:
    return BookingRequest.model_validate({**TRIP, "booking_id": uuid4().hex})


async def test_temporal_unreachable_pauses_consuming_and_nothing_is_dead_lettered(own: OwnServers) -> None:
    world = own.world
    consumer, _ = await asyncio.gather(world.consumer(), world.worker())
    async with await Client.connect(settings=world.settings) as client:
        await asyncio.to_thread(own.temporal.stop)
        ids = {await client.publish(request()) for _ in range(150)}
        await consumer.logged("consuming pauses", within=60)
        await eventually("the messages to be back in the queue", lambda: _waiting(world, 149), within=60)
        async with await connect(own.rabbitmq.url) as connection:
            queue = await (await connection.channel()).get_queue(world.settings.requests_queue)
            message = await queue.get()
            assert message
            assert int(str(message.headers.get("x-delivery-count", 0))) <= 2
            await message.nack(requeue=True)
        await asyncio.to_thread(own.temporal.start)
        results = [result async for result in client.results(count=150)]
        dead = await client.dead_letters.count()

    assert {result.booking_id for result in results} == ids
    assert {result.status.value for result in results} == {"booked"}
    assert dead == 0
    assert sum("consuming pauses" in line for line in consumer.log) == 1
    assert sum("consuming goes on" in line for line in consumer.log) == 1


async def test_more_pauses_than_the_delivery_limit_never_make_a_message_poison(own: OwnServers) -> None:
    """Each return to the queue counts for RabbitMQ; after some, a fresh copy takes the message's place."""
    world = own.world
    await world.prepare()
    async with await Client.connect(settings=world.settings) as client:
        booking_id = await client.publish(request())
        for _ in range(30):
            held = await world.take_and_requeue()
            assert held <= 20
        assert await client.dead_letters.count() == 0
        await asyncio.gather(world.consumer(), world.worker())
        [result] = [result async for result in client.results(count=1)]

    assert result.booking_id == booking_id


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_broker_away_at_the_end_of_a_booking_delays_its_result_and_loses_nothing(
    own: OwnServers, shape: str
) -> None:
    world = own.world
    world.with_settings(publish_timeout=1.0)
    await world.everything(shape)
    temporal = await Temporal.connect(own.temporal.address)
    async with await Client.connect(settings=world.settings) as client:
        trip = request().model_copy(update={"flight": "slow-flight"})
        booking_id = await client.publish(trip)
        await world.until_it_books(booking_id, "flight")
        await asyncio.to_thread(own.rabbitmq.stop)
        handle = temporal.get_workflow_handle(f"booking-{booking_id}")

        async def result_is_retried() -> bool:
            try:
                pending = (await handle.describe()).raw_description.pending_activities
            except RPCError:
                return False
            return any(step.activity_type.name == "publish_result" and step.attempt > 1 for step in pending)

        await eventually("the result's publish to be retried, as Temporal shows it", result_is_retried)
        await asyncio.to_thread(own.rabbitmq.start)
        [result] = [result async for result in client.results(count=1)]

    assert (result.status.value, result.booking_id) == ("booked", booking_id)
    assert [leg.attempts for leg in result.legs] == [1, 1, 1]


async def test_a_burst_of_ten_thousand_requests_leaves_memory_flat(own: OwnServers) -> None:
    world = own.world
    consumer = await world.consumer()
    process = psutil.Process(consumer.process.pid)
    async with await connect(own.rabbitmq.url) as connection:
        channel = await connection.channel(publisher_confirms=False)
        await asyncio.to_thread(own.temporal.pause)
        sizes: list[int] = []
        for _ in range(10):
            await asyncio.gather(*(_publish(channel, world) for _ in range(1000)))
            sizes.append(process.memory_info().rss)
        await eventually("the requests to be in the queue", lambda: _waiting(world, 9_000), within=60)
        sizes.append(process.memory_info().rss)
        await asyncio.to_thread(own.temporal.resume)

    growth = (max(sizes) - sizes[0]) / 2**20
    assert growth < 20, f"MiB grown over the burst: {growth:.1f}"


async def _publish(channel: Any, world: World) -> None:
    body = json.dumps({**TRIP, "booking_id": uuid4().hex}).encode()
    await channel.default_exchange.publish(Message(body), world.settings.requests_queue)


async def _waiting(world: World, at_least: int) -> bool:
    return await world.depth(world.settings.requests_queue) >= at_least
