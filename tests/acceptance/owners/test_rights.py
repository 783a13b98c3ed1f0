"""The users of deploy/rabbitmq/definitions.json, at a real broker: what one client may do to another."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aio_pika import Message
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import DeliveryError
from aiormq.abc import FieldTable
from aiormq.exceptions import ChannelAccessRefused

from publisher import Client, Status
from tests.acceptance.conftest import World
from tests.acceptance.owners.conftest import next_result, trip
from tests.acceptance.owners.shipped import EXCHANGE, settings_of, url_of
from tests.rabbitmq import connect
from voyage.devstack import RabbitMq

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(300)]

REQUESTS, CONTROL, RESULTS = "booking.requests", "booking.control", "booking.results"
UNDELIVERED, DEAD, PARKED = "booking.requests.undelivered", "booking.requests.dead", "booking.results.parked"
OURS = (REQUESTS, CONTROL, RESULTS, UNDELIVERED, DEAD, PARKED)
THEIRS = f"{RESULTS}.partner.default"
Attempt = Callable[[AbstractChannel], Awaitable[object]]


@asynccontextmanager
async def channel_of(broker: RabbitMq, user: str) -> AsyncIterator[AbstractChannel]:
    async with await connect(url_of(broker, user)) as connection:
        yield await connection.channel(on_return_raises=True)


def reads(queue: str) -> Attempt:
    return lambda channel: _queue(channel, queue, lambda found: found.get(fail=False))


def purges(queue: str) -> Attempt:
    return lambda channel: _queue(channel, queue, lambda found: found.purge())


def binds(queue: str, exchange: str, key: str) -> Attempt:
    return lambda channel: _queue(channel, queue, lambda found: found.bind(exchange, key))


def deletes(queue: str) -> Attempt:
    return lambda channel: channel.queue_delete(queue, if_unused=False, if_empty=False)


def declares(queue: str, **arguments: str) -> Attempt:
    given: FieldTable = {f"x-{name.replace('_', '-')}": value for name, value in arguments.items()}
    return lambda channel: channel.declare_queue(queue, durable=True, arguments=given)


def publishes(queue: str, exchange: str = "", **headers: object) -> Attempt:
    async def attempt(channel: AbstractChannel) -> object:
        target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        return await target.publish(Message(b"{}", headers=headers), queue)  # type: ignore[arg-type]

    return attempt


async def _queue(channel: AbstractChannel, queue: str, use: Callable[..., Awaitable[object]]) -> object:
    return await use(await channel.get_queue(queue, ensure=False))


OWN = f"{RESULTS}.client.own"
REFUSED: dict[str, Attempt] = {
    **{f"read {queue}": reads(queue) for queue in (*OURS, THEIRS)},
    **{f"purge {queue}": purges(queue) for queue in (*OURS, THEIRS)},
    **{f"delete {queue}": deletes(queue) for queue in (*OURS, THEIRS)},
    **{f"publish to {queue}": publishes(queue) for queue in (*OURS, THEIRS)},
    "occupy another's queue": declares(f"{RESULTS}.partner.mine"),
    "declare a queue elsewhere": declares("mine"),
    "copy requests to a queue of one's own": binds(OWN, EXCHANGE, REQUESTS),
    "let own messages die into another's queue": declares(
        f"{RESULTS}.client.trap", dead_letter_exchange="", dead_letter_routing_key=THEIRS
    ),
    "bind requests elsewhere": binds(REQUESTS, EXCHANGE, "other"),
    "delete the exchange": lambda channel: channel.exchange_delete(EXCHANGE),
    "make an exchange": lambda channel: channel.declare_exchange("mine"),
}


@pytest.mark.parametrize("what", REFUSED, ids=lambda what: what.replace(" ", "-"))
async def test_a_client_may_not(broker: RabbitMq, what: str) -> None:
    async with channel_of(broker, "partner") as partner, channel_of(broker, "client") as channel:
        await partner.declare_queue(THEIRS, durable=True, arguments={"x-queue-type": "quorum"})
        await channel.declare_queue(OWN, durable=True)
        with pytest.raises(ChannelAccessRefused):
            await REFUSED[what](channel)
        await partner.queue_delete(THEIRS, if_unused=False, if_empty=False)


@pytest.mark.parametrize("queue", [THEIRS, DEAD, PARKED, UNDELIVERED])
@pytest.mark.parametrize("kind", ["CC", "BCC"])
async def test_copies_of_what_a_client_sends_reach_no_other_queue(
    broker: RabbitMq, queue: str, kind: str
) -> None:
    async with channel_of(broker, "client") as channel, channel_of(broker, "admin") as admin:
        target = await admin.declare_queue(THEIRS, durable=True, arguments={"x-queue-type": "quorum"})
        found = target if queue == THEIRS else await admin.get_queue(queue)
        with pytest.raises(DeliveryError):
            await publishes("nowhere", EXCHANGE, **{kind: [queue]})(channel)
        assert await found.get(fail=False) is None
        await admin.queue_delete(THEIRS, if_unused=False, if_empty=False)


async def test_a_client_books_and_asks_and_another_finds_nothing(broker: RabbitMq, services: World) -> None:
    assert services.services
    own = uuid4().hex
    async with await Client.connect(settings=settings_of(broker, "client")) as client:
        assert (await client.book(trip(own))).status is Status.BOOKED
        await client.publish(trip(own))
        result = await next_result(client)
        assert result.duplicate
        async with await Client.connect(settings=settings_of(broker, "partner")) as partner:
            await partner.cancel(own)
            assert (await partner.status(own)).status is Status.CANCELLED
        assert (await client.status(own)).status is Status.BOOKED


async def test_a_queue_that_rabbitmq_names_serves_for_answers(broker: RabbitMq, services: World) -> None:
    assert services.services
    async with channel_of(broker, "client") as channel:
        replies = await channel.declare_queue(exclusive=True)
        assert replies.name.startswith("amq.gen-")
        requests = await channel.get_exchange(EXCHANGE, ensure=False)
        body = trip(uuid4().hex).to_body()
        await requests.publish(Message(body, reply_to=replies.name, user_id="client"), REQUESTS)
        answer = await asyncio.wait_for(_next(replies), 20)
        assert json.loads(answer)["status"] == "booked"
        async with channel_of(broker, "partner") as partner:
            with pytest.raises(Exception, match="RESOURCE_LOCKED"):
                await reads(replies.name)(partner)


async def test_the_console_keeps_the_owner_of_what_it_replays(broker: RabbitMq, services: World) -> None:
    assert services.services
    own = uuid4().hex
    body = trip(own).to_body().replace(b'"Jane"', b'""')
    async with (
        await Client.connect(settings=settings_of(broker, "client")) as client,
        await Client.connect(settings=settings_of(broker, "console")) as console,
    ):
        async with channel_of(broker, "client") as channel:
            requests = await channel.get_exchange(EXCHANGE, ensure=False)
            await requests.publish(Message(body, user_id="client"), REQUESTS)
        result = await next_result(client)
        assert result.status is Status.REJECTED
        replayed = console.dead_letters.replay(lambda letter: own in letter.names, {"name": "Jane"})
        assert len([letter async for letter in replayed]) == 1
        result = await next_result(client)
        assert (result.status, result.booking_id) == (Status.BOOKED, own)


async def _next(queue: object) -> bytes:
    while not (message := await queue.get(fail=False, no_ack=True)):  # type: ignore[attr-defined]
        await asyncio.sleep(0.05)
    return bytes(message.body)


@pytest.mark.parametrize("queue", [*OURS[:2], UNDELIVERED])
async def test_a_consumer_may_not_delete_or_declare(broker: RabbitMq, queue: str) -> None:
    async with channel_of(broker, "consumer") as channel:
        with pytest.raises(ChannelAccessRefused):
            await deletes(queue)(channel)
