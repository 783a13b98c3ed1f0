"""Processes and servers that die, start late or stop: nothing is lost, nothing is booked twice."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack
from uuid import uuid4

import pytest

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from tests.acceptance.conftest import World, a_world
from tests.conftest import own_names
from tests.poll import eventually
from voyage import devstack
from voyage.devstack.temporal_release import temporal_of_choice


def trip(car: str = "c", booking_id: str | None = None) -> BookingRequest:
    return BookingRequest(name="Jane", car=car, hotel="h", flight="f", booking_id=booking_id)


async def test_a_consumer_killed_mid_booking_is_replaced_and_the_result_arrives(world: World) -> None:
    consumer, worker = await asyncio.gather(world.consumer(), world.worker())
    own = uuid4().hex
    async with await Client.connect(settings=world.settings) as client:
        booking = asyncio.create_task(client.book(trip("slow-car", booking_id=own)))
        await world.until_it_books(own, "car")
        await consumer.end(signal.SIGKILL)
        await world.consumer()
        result = await booking

    assert (result.status, result.legs[0].attempts, worker.process.returncode) == (Status.BOOKED, 1, None)


async def test_a_worker_killed_mid_booking_is_replaced_and_the_leg_is_tried_again(world: World) -> None:
    world.with_settings(heartbeat_timeout=1.0)
    _, worker = await asyncio.gather(world.consumer(), world.worker())
    own = uuid4().hex
    async with await Client.connect(settings=world.settings) as client:
        booking = asyncio.create_task(client.book(trip("slow-car", booking_id=own)))
        await world.until_it_books(own, "car")
        await worker.end(signal.SIGKILL)
        without_a_worker = await client.status(own)
        await world.worker()
        result = await booking

    assert without_a_worker.status is Status.RUNNING
    assert (result.status, result.legs[0].attempts) == (Status.BOOKED, 2)


async def test_a_consumer_told_to_stop_drains_and_loses_nothing(world: World) -> None:
    consumer, _ = await asyncio.gather(world.consumer(), world.worker())
    async with await Client.connect(settings=world.settings) as client:
        ids = [await client.publish(trip()) for _ in range(60)]
        exit_code = await consumer.end(signal.SIGTERM)
        await world.consumer()
        results = [result async for result in client.results(count=60)]

    assert exit_code == 0
    assert any("Consumer stopped" in line for line in consumer.log)
    assert Counter(result.booking_id for result in results) == Counter(ids)
    assert {result.status for result in results} == {Status.BOOKED}


async def test_a_request_in_hand_is_acked_once_its_booking_is_started(world: World) -> None:
    consumer, _ = await asyncio.gather(world.consumer(), world.worker())
    async with await Client.connect(settings=world.settings) as client:
        assert (await client.book(trip())).status is Status.BOOKED
    await consumer.end(signal.SIGKILL)  # what it had not acked goes back to the queue

    async def settled() -> bool:
        return await world.consumers() == 0

    await eventually("the broker to notice", settled)
    assert await world.depth(world.settings.requests_queue) == 0


@pytest.fixture
async def own_servers() -> AsyncIterator[tuple[devstack.RabbitMq, devstack.Temporal]]:
    """A broker and a Temporal server of the test's own, which it may stop; not started yet."""
    with ExitStack() as stack:
        rabbitmq, temporal = devstack.RabbitMq(), temporal_of_choice(print)
        stack.callback(rabbitmq.close)
        stack.callback(temporal.close)
        yield rabbitmq, temporal


@pytest.mark.thorough
async def test_both_servers_down_at_start_restarted_later_and_gone_at_the_end(
    own_servers: tuple[devstack.RabbitMq, devstack.Temporal],
) -> None:
    rabbitmq, temporal = own_servers
    async with a_world(rabbitmq.url, temporal.address, own_names()) as world:
        consumer, worker = await world.run("consumer"), await world.run("saga")
        await consumer.logged("RabbitMQ at amqp://127.0.0.1")
        await asyncio.gather(*(s.logged("does not answer") for s in (consumer, worker)))
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in own_servers))
        await asyncio.gather(consumer.logged("Consumer ready"), worker.logged("Worker ready"))
        async with await Client.connect(settings=world.settings) as client:
            assert (await client.book(trip())).status is Status.BOOKED
            for server in own_servers:
                await asyncio.to_thread(server.stop)
                await asyncio.to_thread(server.start)
                assert (await client.book(trip(), timeout=90)).status is Status.BOOKED
        assert (consumer.process.returncode, worker.process.returncode) == (None, None)
        for server in own_servers:
            await asyncio.to_thread(server.stop)
        codes = await asyncio.wait_for(asyncio.gather(consumer.end(), worker.end()), 60)

        assert set(codes) == {0}


@pytest.mark.thorough
async def test_a_broker_lost_again_while_temporal_is_waited_for_is_waited_for_too(
    own_servers: tuple[devstack.RabbitMq, devstack.Temporal],
) -> None:
    rabbitmq, temporal = own_servers
    async with a_world(rabbitmq.url, temporal.address, own_names()) as world:
        await asyncio.to_thread(rabbitmq.start)
        consumer = await world.run("consumer")
        await consumer.logged("Connected to RabbitMQ")
        await asyncio.to_thread(rabbitmq.stop)
        await asyncio.to_thread(temporal.start)
        await consumer.logged("can't be used")
        await asyncio.to_thread(rabbitmq.start)
        await consumer.logged("Consumer ready")
