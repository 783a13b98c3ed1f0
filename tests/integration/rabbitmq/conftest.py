"""A client with queues of its own, which are gone afterwards."""

from collections.abc import AsyncIterator

import pytest

from consumer.settings import ConsumerSettings
from publisher import Client
from publisher.amqp.topology import queues
from tests.rabbitmq import connect


@pytest.fixture
async def client(settings: ConsumerSettings) -> AsyncIterator[Client]:
    async with Client.connect(settings=settings) as client:
        yield client
    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        for queue in queues(settings):
            await channel.queue_delete(queue.name)
