"""What each of the broker's users may not do, tried at the broker of the composed stack."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest
from aio_pika import Message, connect
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import AMQPConnectionError, AMQPError
from aiormq.exceptions import ChannelAccessRefused

from publisher import BookingRequest, Client, NotDeclaredError
from publisher.amqp.connection import declare_topology
from tests.containers.stack import Stack
from tests.poll import eventually

pytestmark = pytest.mark.timeout(500)  # the image may have to be built first

REQUESTS, CONTROL, RESULTS = "booking.requests", "booking.control", "booking.results"
DEAD, PARKED, EXCHANGE = "booking.requests.dead", "booking.results.parked", "voyage.requests"
Attempt = Callable[[AbstractChannel], Awaitable[object]]


@asynccontextmanager
async def channel_of(stack: Stack, role: str) -> AsyncIterator[AbstractChannel]:
    async with await connect(await stack.amqp_url(role)) as connection:
        yield await connection.channel()


def reads(queue: str) -> Attempt:
    async def attempt(channel: AbstractChannel) -> object:
        return await (await channel.get_queue(queue, ensure=False)).get(fail=False)

    return attempt


def purges(queue: str) -> Attempt:
    async def attempt(channel: AbstractChannel) -> object:
        return await (await channel.get_queue(queue, ensure=False)).purge()

    return attempt


def deletes(queue: str) -> Attempt:
    async def attempt(channel: AbstractChannel) -> object:
        return await channel.queue_delete(queue, if_unused=False, if_empty=False)

    return attempt


def declares(queue: str) -> Attempt:
    async def attempt(channel: AbstractChannel) -> object:
        return await channel.declare_queue(queue, durable=True)

    return attempt


def publishes(queue: str, exchange: str = "") -> Attempt:
    async def attempt(channel: AbstractChannel) -> object:
        target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        return await target.publish(Message(b"{}"), queue)

    return attempt


THEIRS = "booking.results.partner.default"
FORBIDDEN: dict[str, dict[str, Attempt]] = {
    "client": {
        **{f"read {queue}": reads(queue) for queue in (REQUESTS, CONTROL, RESULTS, DEAD, PARKED, THEIRS)},
        **{f"purge {queue}": purges(queue) for queue in (REQUESTS, DEAD, PARKED)},
        **{f"delete {queue}": deletes(queue) for queue in (REQUESTS, CONTROL, RESULTS, DEAD, PARKED)},
        **{f"publish to {queue}": publishes(queue) for queue in (REQUESTS, RESULTS, DEAD, PARKED, THEIRS)},
        "declare a queue that is no reply queue": declares("mine"),
        "declare a reply queue of another": declares(THEIRS),
        "delete the exchange for requests": lambda channel: channel.exchange_delete(EXCHANGE),
    },
    "console": {
        **{f"read {queue}": reads(queue) for queue in (REQUESTS, CONTROL, RESULTS, THEIRS)},
        **{f"delete {queue}": deletes(queue) for queue in (REQUESTS, CONTROL, RESULTS, DEAD, PARKED)},
    },
    "consumer": {
        **{f"read {queue}": reads(queue) for queue in (RESULTS, DEAD, PARKED, THEIRS)},
        **{f"delete {queue}": deletes(queue) for queue in (REQUESTS, CONTROL, RESULTS, DEAD, PARKED)},
        "declare a queue": declares("booking.results.mine"),
        "declare an exchange": lambda channel: channel.declare_exchange("mine"),
    },
}
CASES = [(role, what) for role, attempts in FORBIDDEN.items() for what in attempts]


@pytest.mark.parametrize(("role", "what"), CASES, ids=lambda part: part.replace(" ", "-"))
async def test_a_user_may_not(stack: Stack, role: str, what: str) -> None:
    async with channel_of(stack, role) as channel:
        with pytest.raises(ChannelAccessRefused):
            await FORBIDDEN[role][what](channel)


@pytest.mark.parametrize("credentials", ["guest:guest", "client:wrong", "worker:worker"])
async def test_nobody_else_gets_in(stack: Stack, credentials: str) -> None:
    address = await stack.address("rabbitmq", 5672)
    with pytest.raises(AMQPConnectionError):
        await connect(f"amqp://{credentials}@{address}/voyage")


@pytest.mark.parametrize("role", ["client", "console", "consumer"])
async def test_a_user_sees_no_other_virtual_host_and_no_management(stack: Stack, role: str) -> None:
    with pytest.raises(AMQPError):
        await connect(await stack.amqp_url(role, vhost="%2F"))
    url = f"http://{await stack.address('rabbitmq', 15672)}/api/queues"
    async with httpx.AsyncClient() as browser:
        refused = await browser.get(url, auth=(role, stack.passwords[role]))
        admitted = await browser.get(url, auth=("admin", stack.passwords["admin"]))

    assert (refused.status_code, admitted.status_code) == (401, 200)


async def test_a_client_may_book_ask_and_cancel(stack: Stack) -> None:
    async with await Client.connect(settings=await stack.settings("client")) as client:
        own = uuid4().hex
        booked = await client.book(
            BookingRequest(name="Jane", car="c", hotel="h", flight="f", booking_id=own)
        )
        await client.cancel(own)
        assert booked.status.value == (await client.status(own)).status.value == "booked"


async def test_what_can_never_be_booked_reaches_the_dead_letters(stack: Stack) -> None:
    own = uuid4().hex
    async with channel_of(stack, "client") as channel, channel_of(stack, "admin") as admin:
        requests = await channel.get_exchange(EXCHANGE, ensure=False)
        await requests.publish(Message(b"{}", message_id=own, user_id="client"), REQUESTS)
        dead = await admin.get_queue(DEAD)
        letter = await eventually("the dead letter", lambda: dead.get(fail=False, no_ack=True))
    assert (letter.message_id, letter.headers["x-reason"]) == (own, "invalid")


async def test_a_queue_that_is_missing_and_may_not_be_declared_is_named(stack: Stack) -> None:
    async with channel_of(stack, "admin") as admin:
        await admin.queue_delete(CONTROL, if_unused=False, if_empty=False)
    try:
        with pytest.raises(NotDeclaredError, match=f"no queue '{CONTROL}'.*refused for user 'client'"):
            await Client.connect(settings=await stack.settings("client"))
    finally:
        await declare_topology(await stack.settings("admin"))
