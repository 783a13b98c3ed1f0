"""Queues that vanish, or are somebody else's meanwhile, while a consumer runs: made again, or named."""

import asyncio
from collections import Counter

import pytest

from publisher import BookingRequest, Client
from publisher.amqp import topology
from publisher.contract.result import Status
from tests.acceptance.conftest import World
from tests.acceptance.inbox import TRIP, Inbox
from tests.acceptance.operations.conftest import NOTHING, Managed
from tests.acceptance.watching import Watched
from tests.poll import eventually
from tests.rabbitmq import connect

pytestmark = pytest.mark.thorough

MALFORMED = 120  # more than the consumer takes at a time


async def told(watched: Watched) -> str:
    """What /readyz says of the topology."""

    async def look() -> str:
        problems = (await watched.get("/readyz")).json()["problems"]
        return next((one["text"] for one in problems if one["check"] == "topology"), "")

    return await eventually("/readyz to say what is wrong with the topology", look)


async def books(world: World, url: str) -> bool:
    async with await Client.connect(url, world.settings) as client:
        return (await client.book(BookingRequest.model_validate(TRIP))).status is Status.BOOKED


async def test_each_queue_that_vanishes_is_made_again_and_named_once(managed: Managed) -> None:
    consumer, _ = await asyncio.gather(managed.consumer(), managed.world.worker())
    queues = [queue.name for queue in topology.queues(managed.world.settings)]
    for queue in queues:
        await managed.delete(queue)
        await consumer.service.logged(f"Queue {queue} was gone")
        await consumer.until_ready()

    assert await books(managed.world, managed.node.url)
    lines = [line for line in consumer.service.log if "is made again" in line]
    assert len(lines) == len(queues)


async def test_an_exchange_and_a_binding_that_vanish_are_made_again(managed: Managed) -> None:
    names = managed.world.settings
    exchange = f"{names.results_queue}.exchange"
    managed.world.with_settings(reply_exchange=exchange)
    consumer, _ = await asyncio.gather(managed.consumer(), managed.world.worker())
    async with managed.channel() as channel:
        await channel.exchange_delete(exchange)
        await consumer.service.logged(f"Exchange {exchange} was gone")
        await (await channel.get_queue(names.dead_queue)).unbind(exchange, names.dead_queue)
        inbox = await Inbox.open(channel, names)
        await inbox.queue.bind(exchange, inbox.queue.name)
        await inbox.send(b"malformed", message_id="1")
        await inbox.dead_letter("1")
        await inbox.answer()
        await consumer.until_ready()
        await channel.exchange_delete(exchange)


async def test_without_a_place_for_dead_letters_each_sender_hears_once_and_others_go_on(
    managed: Managed,
) -> None:
    names = managed.world.settings
    await managed.world.prepare()
    await managed.may(configure=NOTHING)
    consumer, _ = await asyncio.gather(managed.consumer(), managed.world.worker())
    await managed.delete(names.dead_queue)
    text = await told(consumer)
    async with managed.channel() as channel:
        inbox = await Inbox.open(channel, names)
        for number in range(MALFORMED):
            await inbox.send(b"malformed", message_id=str(number))
        answers = [await inbox.answer() for _ in range(MALFORMED)]
        await inbox.send(TRIP, message_id="good")
        answers.append(await inbox.answer("the answer to a good request"))
        lines = len([line for line in consumer.service.log if "rejected" not in line])
        await managed.world.prepare()
        await consumer.until_ready()

        async def kept() -> bool:
            return await managed.world.depth(names.dead_queue) == MALFORMED

        await eventually("the dead letters", kept, 60)
        assert await inbox.queue.get(fail=False) is None
        letter = await inbox.dead_letter("0")

    assert Counter(answer["status"] for answer in answers) == {"rejected": MALFORMED, "booked": 1}
    assert len({answer["correlation_id"] for answer in answers}) == MALFORMED + 1
    assert f"no queue '{names.dead_queue}'" in text
    assert f"refused for user '{managed.user}'" in text
    assert (letter.headers["x-reason"], "x-answered" in letter.headers) == ("invalid", False)
    assert lines < MALFORMED


@pytest.mark.parametrize("queue", ["requests_queue", "dead_queue"])
async def test_a_queue_that_somebody_else_made_is_named_until_it_is_ours_again(
    managed: Managed, queue: str
) -> None:
    managed.world.with_settings(give_up_after=5)
    consumer, _ = await asyncio.gather(managed.consumer(), managed.world.worker())
    name = getattr(managed.world.settings, queue)
    async with await connect(managed.node.url) as connection:
        channel = await connection.channel()

        async def theirs() -> str:
            await channel.queue_delete(name)
            other = await connection.channel()
            await other.declare_queue(name, durable=True)
            return await told(consumer)

        text = await theirs()
        given_up = asyncio.create_task(consumer.service.process.wait())
        await asyncio.wait({given_up}, timeout=8)
        assert not given_up.done()
        given_up.cancel()
        await channel.queue_delete(name)
    await consumer.until_ready()

    assert await books(managed.world, managed.node.url)
    assert f"Queue '{name}' exists with other arguments" in text
    assert len([line for line in consumer.service.log if "Not ready: topology" in line]) == 1
