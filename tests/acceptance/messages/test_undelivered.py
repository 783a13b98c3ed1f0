"""A request that RabbitMQ takes out of its queue, expired or delivered too often, is answered too."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client as Temporal

from publisher.amqp.topology import DELIVERY_LIMIT
from tests.acceptance.conftest import World
from tests.acceptance.inbox import TRIP, Inbox
from tests.poll import eventually
from tests.rabbitmq import connect

SOON = timedelta(milliseconds=200)


@pytest.fixture
async def waiting(world: World) -> AsyncIterator[Inbox]:
    """An inbox of a world whose queues are there, and nobody takes from them."""
    await world.prepare()
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        yield await Inbox.open(await connection.channel(), world.settings)


async def until_undelivered(world: World) -> None:
    async def is_there() -> bool:
        return await world.depth(world.settings.undelivered_queue) == 1

    await eventually("RabbitMQ to take the request out of its queue", is_there)


async def test_a_request_that_expired_before_anybody_took_it(world: World, waiting: Inbox) -> None:
    own = uuid4().hex
    await waiting.send(TRIP, message_id=own, expiration=SOON)
    await until_undelivered(world)
    await world.consumer()
    answer, letter = await waiting.answer(), await waiting.dead_letter(own)

    assert (answer["status"], answer["reason"]["code"], answer["booking_id"]) == ("rejected", "deadline", own)
    assert "expiration" in answer["reason"]["message"]
    assert letter.headers["x-reason"] == "deadline"


async def test_a_request_that_was_delivered_too_often(world: World, waiting: Inbox) -> None:
    own = uuid4().hex
    await waiting.send(TRIP, message_id=own)
    requests = await waiting.channel.get_queue(world.settings.requests_queue)
    for _ in range(DELIVERY_LIMIT + 1):
        await (await requests.get(timeout=10)).reject(requeue=True)
    await until_undelivered(world)
    await world.consumer()
    answer, letter = await waiting.answer(), await waiting.dead_letter(own)

    assert (answer["status"], answer["reason"]["code"]) == ("rejected", "invalid")
    assert "too often" in answer["reason"]["message"]
    assert letter.headers["x-reason"] == "invalid"


async def test_one_whose_booking_was_made_all_the_same_gets_its_result(
    world: World, waiting: Inbox, temporal: Temporal
) -> None:
    own = uuid4().hex
    await world.everything()
    await waiting.send({**TRIP, "booking_id": own}, correlation_id="first")
    assert (await waiting.answer())["status"] == "booked"
    await temporal.get_workflow_handle(f"booking-{own}").result()  # it ends after its answer
    for service in world.services:
        await service.end()
    await waiting.send({**TRIP, "booking_id": own}, correlation_id="again", expiration=SOON)
    await until_undelivered(world)
    await world.consumer()
    answer = await waiting.answer()

    assert (answer["status"], answer["duplicate"], answer["correlation_id"]) == ("booked", True, "again")
