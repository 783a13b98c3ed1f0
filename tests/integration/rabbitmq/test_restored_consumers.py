"""A consumer that starts anew while aio-pika restores the one before: it is one, and gets every message."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aio_pika.abc import AbstractIncomingMessage
from pydantic import SecretStr
from yarl import URL

from consumer.amqp.subscription import Subscription
from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import declare_topology, open_connection
from tests.chaos.proxy.protocols import Amqp
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.integration.rabbitmq.unsettling import Bench
from tests.poll import eventually
from voyage.devstack.ports import HOST

LOSSES = 2
"""By itself aio-pika has a consumer too many after the first loss, and after the second one takes nothing."""


@pytest.fixture
async def proxy(settings: ConsumerSettings) -> AsyncIterator[Proxy]:
    async with Proxy(settings.url.port or 5672, Amqp) as proxy:
        yield proxy


@pytest.fixture
async def bench(settings: ConsumerSettings, proxy: Proxy) -> AsyncIterator[Bench]:
    """Publishes directly, and takes messages through the proxy."""
    await declare_topology(settings)
    url = str(URL(settings.amqp_url.get_secret_value()).with_host(HOST).with_port(proxy.port))
    through = settings.model_copy(update={"amqp_url": SecretStr(url)})
    publisher = await ConfirmedPublisher.connect(settings, "test")
    async with publisher.connection, await open_connection(through, "test") as connection:
        yield Bench(publisher, await Subscription.open(connection, settings.requests_queue, 10), settings)


async def test_a_consumer_that_starts_anew_while_it_is_restored_loses_no_message(
    bench: Bench, proxy: Proxy
) -> None:
    came = list[str | None]()

    async def take(message: AbstractIncomingMessage) -> None:
        came.append(message.message_id)
        await message.ack()

    await bench.subscription.start(take)
    for _ in range(LOSSES):
        restoring = proxy.trap("Basic.Consume")
        proxy.cut()
        await restoring.sprung()
        stopping = asyncio.create_task(bench.subscription.stop())
        restoring.let_pass()
        await stopping
        await bench.subscription.start(take)

    sent = [str(number) for number in range(20)]
    for message_id in sent:
        await bench.send(message_id)
    await eventually("every message to come once", lambda: sorted(map(str, came)) == sorted(sent))
    assert await bench.consumers() == 1
