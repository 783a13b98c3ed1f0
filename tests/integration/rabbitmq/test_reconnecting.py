"""A publisher whose connection was lost while RabbitMQ was under an alarm publishes again on the next one."""

import asyncio
from collections.abc import Iterator

import pytest
from aio_pika import Message
from pydantic import SecretStr

from publisher import BrokerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import declare_topology, open_connection
from tests.poll import eventually
from voyage import devstack

COMES_BACK_WITHIN = 60.0  # seconds; a broker starts in about five, on a busy machine in twenty


@pytest.fixture(scope="module")
def broker() -> Iterator[devstack.RabbitMq]:
    with devstack.RabbitMq() as broker:
        yield broker


async def test_an_alarm_and_then_a_killed_broker_lose_no_message(broker: devstack.RabbitMq) -> None:
    settings = BrokerSettings.model_validate({"amqp_url": SecretStr(broker.url)})
    await declare_topology(settings)
    async with await open_connection(settings, "test") as connection:
        publisher = await ConfirmedPublisher.open(connection, COMES_BACK_WITHIN)
        await asyncio.to_thread(broker.ctl, "set_vm_memory_high_watermark", "0.00001")
        publishing = asyncio.create_task(publisher.publish(Message(b"1"), settings.requests_queue))

        async def blocked() -> bool:
            return "blocked" in await asyncio.to_thread(broker.ctl, "list_connections", "state")

        await eventually("RabbitMQ to block the connection", blocked)
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(broker.start)
        await publishing
        await publisher.publish(Message(b"2"), settings.requests_queue)
