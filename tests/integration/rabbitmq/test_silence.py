"""A connection that RabbitMQ's side has forgotten: it is noticed, dropped, and no call or end hangs on it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import ChannelNotFoundEntity
from pydantic import SecretStr
from yarl import URL

from consumer.amqp.subscription import CHANNEL_LOST, Subscription
from consumer.diagnostics.readiness import lost_connection
from consumer.settings import ConsumerSettings
from publisher import BookingRequest, Client, PublishTimeoutError
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import connected, declare_topology, open_connection
from publisher.amqp.reconnecting import ReconnectingConnection
from tests.chaos.proxy.protocols import Way
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.poll import eventually
from voyage.devstack.ports import HOST

pytestmark = pytest.mark.thorough

GIVEN_UP = 7  # seconds of silence, the least that RabbitMQ's heartbeat can do
SOON = 20.0  # a deadline far below RabbitMQ's own silence, which would be a minute


@pytest.fixture
async def proxy(settings: ConsumerSettings) -> AsyncIterator[Proxy]:
    async with Proxy(settings.url.port or 5672) as proxy:
        yield proxy


@pytest.fixture
async def through(settings: ConsumerSettings, proxy: Proxy) -> ConsumerSettings:
    await declare_topology(settings)
    url = str(URL(settings.amqp_url.get_secret_value()).with_host(HOST).with_port(proxy.port))
    return settings.model_copy(update={"amqp_url": SecretStr(url)})


@pytest.mark.parametrize("ways", [tuple(Way), (Way.REQUEST,), (Way.ANSWER,)], ids=["both", "to", "from"])
async def test_a_silent_connection_is_dropped_and_the_message_goes_out_on_the_next(
    through: ConsumerSettings, proxy: Proxy, ways: tuple[Way, ...]
) -> None:
    publisher = await ConfirmedPublisher.connect(through, "test")
    async with publisher.connection:
        await publisher.publish(Message(b"1"), through.requests_queue)
        assert await publisher.connection.mend()
        proxy.forget(*ways)
        publishing = asyncio.create_task(publisher.publish(Message(b"2"), through.requests_queue))
        assert not await publisher.is_open(5)
        assert not await publisher.connection.mend()
        await asyncio.wait_for(publishing, SOON)
        assert await publisher.is_open(5)


async def test_nobody_who_waits_for_a_connection_that_is_given_up_is_cancelled(
    through: ConsumerSettings, proxy: Proxy
) -> None:
    impatient = through.model_copy(update={"silence_timeout": GIVEN_UP})
    async with await open_connection(impatient, "test") as connection:
        subscription = await Subscription.open(connection, through.requests_queue, 10)
        await subscription.start(_take)
        proxy.forget(*Way)
        with pytest.raises(CHANNEL_LOST):
            await subscription.is_alive(60)

        async def alive() -> bool:
            try:
                return await subscription.is_alive(3)
            except CHANNEL_LOST:
                return False

        await eventually("it to consume again on another connection", alive)


async def test_a_subscription_neither_starts_nor_stops_for_ever_on_a_silent_connection(
    through: ConsumerSettings, proxy: Proxy
) -> None:
    async with await open_connection(through, "test") as connection:
        subscription = await Subscription.open(connection, through.requests_queue, 10)
        await subscription.start(_take)
        proxy.forget(*Way)
        await asyncio.wait_for(subscription.stop(), SOON)
        with pytest.raises(CHANNEL_LOST):
            await asyncio.wait_for(subscription.start(_take), SOON)
        with pytest.raises(CHANNEL_LOST):
            await asyncio.wait_for(subscription.get(), SOON)


async def test_a_client_of_a_silent_connection_is_told_and_closes_soon(
    through: ConsumerSettings, proxy: Proxy
) -> None:
    client = await Client.connect(settings=through.model_copy(update={"publish_timeout": 2.0}))
    request = BookingRequest(name="Jane", car="c", hotel="h", flight="f")
    async with client.booking(request):
        proxy.forget(*Way)
    with pytest.raises(PublishTimeoutError):
        await client.publish(request)
    await asyncio.wait_for(client.close(), SOON)


async def test_a_client_whose_publisher_cannot_be_opened_leaves_no_connection(
    settings: ConsumerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = list[ReconnectingConnection]()

    async def refuse(connection: ReconnectingConnection, *_: object) -> None:
        opened.append(connection)
        raise LookupError

    monkeypatch.setattr(ConfirmedPublisher, "open", refuse)
    with pytest.raises(LookupError):
        await Client.connect(settings=settings)

    assert [connection.is_closed for connection in opened] == [True]


async def test_a_look_at_a_lost_connection_declares_nothing(settings: ConsumerSettings) -> None:
    assert (await lost_connection(settings, "broker_away", "It")).stuck
    async with connected(settings) as connection:
        channel = await connection.channel()
        with pytest.raises(ChannelNotFoundEntity):
            await channel.get_queue(settings.requests_queue)


async def _take(_: AbstractIncomingMessage) -> None:
    """Nothing comes."""
