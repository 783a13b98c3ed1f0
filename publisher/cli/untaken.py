"""Whether requests wait for a consumer: asked of RabbitMQ when a result is late."""

import asyncio

from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from publisher.amqp.connection import connected
from publisher.amqp.topology import new_channel
from publisher.settings import BrokerSettings
from voyage.errors import VoyageError

WITHIN = 3.0
"""Seconds in which RabbitMQ may tell."""


async def nobody_takes_requests(settings: BrokerSettings) -> bool:
    """Whether requests wait and no consumer takes them; False also if RabbitMQ doesn't say."""
    try:
        async with (
            asyncio.timeout(WITHIN),
            connected(settings) as connection,
            new_channel(connection) as channel,
        ):
            queue = await channel.declare_queue(settings.requests_queue, passive=True)
    except (VoyageError, TimeoutError, *CONNECTION_EXCEPTIONS):
        return False
    found = queue.declaration_result
    return bool(found.message_count) and not found.consumer_count
