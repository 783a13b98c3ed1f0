"""What a client sends has its user, whom RabbitMQ checks."""

import asyncio

import pytest
from aio_pika import Message
from pydantic import SecretStr

from consumer.settings import ConsumerSettings
from publisher import BookingRequest, Client
from publisher.amqp.connection import connected, declare_topology
from publisher.amqp.message import Delivery
from publisher.errors import ClientError
from publisher.settings import BrokerSettings
from tests.poll import eventually
from tests.users import add_user
from voyage import devstack

TRIP = BookingRequest(name="Jane", car="c", hotel="h", flight="f")
ODD = "jane@example.com/é"


async def sent(settings: BrokerSettings, queue: str) -> Delivery:
    async with connected(settings) as connection:
        channel = await connection.channel()
        message = await (await channel.get_queue(queue)).get(no_ack=True)
        assert message
        return Delivery.from_message(message)


@pytest.mark.thorough
async def test_requests_and_cancels_have_the_user_of_the_url_whatever_its_characters(
    settings: ConsumerSettings,
) -> None:
    with devstack.RabbitMq() as node:
        own = SecretStr(await asyncio.to_thread(add_user, node, ODD))
        settings = settings.model_copy(update={"amqp_url": own})
        async with await Client.connect(settings=settings) as client:
            await client.publish(TRIP)
            await client.cancel("any")
        queues = (settings.requests_queue, settings.control_queue)
        messages = [await sent(settings, queue) for queue in queues]

    assert [one.user_id for one in messages] == [ODD, ODD]


async def test_a_replayed_dead_letter_has_the_user_who_replays_it(settings: ConsumerSettings) -> None:
    async with await Client.connect(settings=settings) as client, connected(settings) as connection:
        channel = await connection.channel()
        await channel.default_exchange.publish(Message(b"{}"), settings.dead_queue)
        assert [letter.id async for letter in client.dead_letters.replay(lambda _: True, {})]

    assert (await sent(settings, settings.requests_queue)).user_id == "guest"


async def test_a_request_that_rabbitmq_itself_moves_keeps_its_user(settings: ConsumerSettings) -> None:
    await declare_topology(settings)
    async with connected(settings) as connection:
        channel = await connection.channel()
        message = Message(b"{}", user_id="guest", expiration=0.001)
        await channel.default_exchange.publish(message, settings.requests_queue)
        undelivered = await channel.get_queue(settings.undelivered_queue)
        moved = await eventually("the expired request", lambda: undelivered.get(fail=False, no_ack=True))

    assert (moved.user_id, moved.body) == ("guest", b"{}")


async def test_a_user_that_is_not_ours_is_refused_by_rabbitmq_and_none_can_be_chosen(
    settings: ConsumerSettings,
) -> None:
    """For a login in which RabbitMQ takes the user from a certificate or a token."""
    async with await Client.connect(settings=settings.model_copy(update={"amqp_user": "other"})) as client:
        with pytest.raises(ClientError, match="Set VOYAGE_AMQP_USER"):
            await client.publish(TRIP)
    async with await Client.connect(settings=settings.model_copy(update={"amqp_user": ""})) as client:
        await client.publish(TRIP)

    assert (await sent(settings, settings.requests_queue)).user_id is None


@pytest.mark.parametrize(
    ("url", "user"),
    [
        ("amqp://jane%40example:p@h", "jane@example"),
        ("amqp://h", "guest"),
        ("amqps://h?auth=external", None),
        ("amqps://jane@h?auth=external", None),
    ],
)
def test_the_user_follows_from_the_url(url: str, user: str | None) -> None:
    assert BrokerSettings(amqp_url=SecretStr(url)).user == user
