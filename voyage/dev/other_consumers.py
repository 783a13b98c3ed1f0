"""Whether somebody else takes bookings at the same RabbitMQ: two trips would each reject the other's."""

import asyncio

from aio_pika.exceptions import ChannelNotFoundEntity

from publisher.amqp.connection import connected
from publisher.settings import BrokerSettings
from voyage.errors import DevstackError


def require_none(settings: BrokerSettings) -> None:
    """Raise `DevstackError` if the requests queue has a consumer."""
    if found := asyncio.run(_consumers(settings)):
        raise DevstackError(
            f"{settings.requests_queue} at {settings.shown_address} has {found} consumer(s) already. "
            "With another trip, each would reject the other's bookings. End them, or unset AMQP_URL to get "
            "servers of your own."
        )


async def _consumers(settings: BrokerSettings) -> int:
    async with connected(settings) as connection:
        channel = await connection.channel()
        try:
            queue = await channel.declare_queue(settings.requests_queue, passive=True)
        except ChannelNotFoundEntity:
            return 0
        return queue.declaration_result.consumer_count or 0
