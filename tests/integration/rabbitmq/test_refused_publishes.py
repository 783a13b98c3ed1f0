"""What RabbitMQ refuses is told at once, by its own type of error: no right to write, too large, no room."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import pytest
from aio_pika import Message
from pydantic import SecretStr

from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import declare_topology, open_connection
from publisher.errors import MessageRefusedError, NotPermittedError, PublishNackedError
from tests.poll import eventually
from voyage import devstack


@pytest.fixture(scope="module")
def broker() -> Iterator[devstack.RabbitMq]:
    with devstack.RabbitMq(config=["max_message_size = 100000"]) as broker:
        yield broker


@pytest.mark.thorough
async def test_without_the_right_to_write_the_error_comes_at_once_and_names_it(
    broker: devstack.RabbitMq, settings: ConsumerSettings
) -> None:
    settings = settings.model_copy(update={"amqp_url": SecretStr(broker.url)})
    await declare_topology(settings)
    await asyncio.to_thread(broker.ctl, "add_user", "reader", "reader")
    await asyncio.to_thread(broker.ctl, "set_permissions", "reader", ".*", "^$", ".*")
    limited = settings.model_copy(
        update={"amqp_url": SecretStr(broker.url.replace("guest:guest", "reader:reader"))}
    )
    async with await open_connection(limited, "test") as connection:
        publisher = await ConfirmedPublisher.open(connection, 30)
        with pytest.raises(NotPermittedError, match=r"ACCESS_REFUSED.*right to write"):
            async with asyncio.timeout(10):
                await publisher.publish(Message(b"1"), settings.requests_queue)


async def test_a_message_that_is_too_large_is_refused_once_and_the_next_one_goes_through(
    broker: devstack.RabbitMq, settings: ConsumerSettings
) -> None:
    settings = settings.model_copy(update={"amqp_url": SecretStr(broker.url)})
    await declare_topology(settings)
    async with await open_connection(settings, "test") as connection:
        publisher = await ConfirmedPublisher.open(connection, 30)
        with pytest.raises(MessageRefusedError, match="larger than configured max size"):
            async with asyncio.timeout(10):
                await publisher.publish(Message(b"x" * 200_000), settings.requests_queue)
        await publisher.publish(Message(b"1", message_id=uuid4().hex), settings.requests_queue)


async def test_a_full_queue_is_told_at_once_and_takes_the_message_when_there_is_room(
    broker: devstack.RabbitMq, settings: ConsumerSettings
) -> None:
    settings = settings.model_copy(update={"amqp_url": SecretStr(broker.url)})
    await declare_topology(settings)
    full = '{"max-length": 1, "overflow": "reject-publish"}'
    await asyncio.to_thread(broker.ctl, "set_policy", "full", f"^{settings.requests_queue}$", full)
    async with await open_connection(settings, "test") as connection:
        publisher = await ConfirmedPublisher.open(connection, 30)
        with pytest.raises(PublishNackedError, match=rf"{settings.requests_queue}.*basic\.nack.*full"):
            await until_refused(publisher, settings.requests_queue)
        queue = await (await connection.channel()).get_queue(settings.requests_queue)
        first = await eventually("what was confirmed", lambda: queue.get(fail=False, no_ack=True))
        assert first.body == b"0"
        await queue.purge()

        async def taken() -> bool:
            with suppress(PublishNackedError):
                await publisher.publish(Message(b"later"), settings.requests_queue)
            return (await queue.declare()).message_count == 1

        await eventually("the queue to take a message again", taken)


async def until_refused(publisher: ConfirmedPublisher, queue: str) -> None:
    async with asyncio.timeout(10):
        for number in range(10):
            await publisher.publish(Message(b"%d" % number), queue)
