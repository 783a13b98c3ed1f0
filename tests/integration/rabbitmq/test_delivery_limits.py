"""No message of any queue vanishes by counting: what was returned often stays, or dies into another queue."""

import pytest
from aio_pika import Message

from consumer.settings import ConsumerSettings
from publisher.amqp.connection import declare_topology, open_connection
from publisher.amqp.topology import DELIVERY_LIMIT, queues
from tests.poll import eventually

LOOKS = DELIVERY_LIMIT + 5


@pytest.mark.parametrize("queue", ["results_queue", "parked_queue", "dead_queue"])
async def test_a_message_that_was_returned_often_stays(settings: ConsumerSettings, queue: str) -> None:
    await declare_topology(settings)
    async with await open_connection(settings, "test") as connection:
        channel = await connection.channel()
        await channel.default_exchange.publish(Message(b"kept"), getattr(settings, queue))
        read = await channel.get_queue(getattr(settings, queue))
        for _ in range(LOOKS):
            await (await read.get(timeout=10)).reject(requeue=True)
        assert (await read.get(timeout=10, no_ack=True)).body == b"kept"
        await _delete_all(settings)


async def test_a_control_message_that_crashes_its_consumers_is_found_among_the_dead_letters(
    settings: ConsumerSettings,
) -> None:
    await declare_topology(settings)
    async with await open_connection(settings, "test") as connection:
        channel = await connection.channel()
        await channel.default_exchange.publish(Message(b"poison"), settings.control_queue)
        control = await channel.get_queue(settings.control_queue)
        for _ in range(DELIVERY_LIMIT + 1):
            await (await control.get(timeout=10)).reject(requeue=True)
        dead = await channel.get_queue(settings.dead_queue)
        letter = await eventually("the dead letter", lambda: dead.get(fail=False, no_ack=True))
        assert letter.body == b"poison"
        await _delete_all(settings)


async def _delete_all(settings: ConsumerSettings) -> None:
    async with await open_connection(settings, "test") as connection:
        channel = await connection.channel()
        for queue in queues(settings):
            await channel.queue_delete(queue.name)
