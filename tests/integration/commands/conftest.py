"""The environment that gives a command the names of one test, whose queues go with it."""

from collections.abc import AsyncIterator, Mapping

import aio_pika
import pytest

from consumer.settings import ConsumerSettings
from publisher.amqp.topology import queues
from tests.chaos.environment import variables


@pytest.fixture
async def environment(settings: ConsumerSettings) -> AsyncIterator[Mapping[str, str]]:
    yield variables(settings)
    async with await aio_pika.connect(settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        for queue in queues(settings):
            await channel.queue_delete(queue.name)
