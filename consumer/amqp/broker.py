"""What a consumer opens at RabbitMQ: its connections, and the consumers of its queues."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar

from aio_pika.exceptions import ChannelNotFoundEntity
from aiormq.exceptions import ChannelAccessRefused

from consumer.amqp.lost_connection import tell_when_lost
from consumer.amqp.message_consumer import MessageConsumer
from consumer.amqp.message_handler import D, MessageHandler
from consumer.amqp.subscription import CHANNEL_LOST, Subscription
from consumer.settings import ConsumerSettings
from publisher.amqp.broker_failure import broker_error
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import open_connection
from publisher.amqp.reconnecting import ReconnectingConnection
from publisher.errors import RABBITMQ, BrokerUnreachableError
from voyage.runtime.process import side_by_side
from voyage.runtime.retry import retry_until_available

T = TypeVar("T")

REQUESTS, RESULTS = "voyage-consumer requests", "voyage-consumer results"
"""The names of its connections in RabbitMQ's own views."""


@dataclass(frozen=True)
class Broker:
    """What a consumer has open at RabbitMQ: one connection to take messages, and one for results.

    A publish that fails can close its channel, so results never share a connection with requests.
    """

    consuming: ReconnectingConnection
    subscriptions: Mapping[str, Subscription]
    """By their queues; nothing is taken yet."""
    publisher: ConfirmedPublisher

    async def close(self) -> None:
        """Close both, side by side."""
        await asyncio.gather(self.consuming.close(), self.publisher.connection.close())


async def open_broker(settings: ConsumerSettings) -> Broker:
    """Open what a consumer needs; raises as `open_connection` does, with nothing left open.

    The queues need not be there yet: nothing is asked of them.
    """
    async with AsyncExitStack() as opened:

        async def subscribe() -> tuple[ReconnectingConnection, Sequence[Subscription]]:
            connection = await open_connection(settings, REQUESTS)
            opened.push_async_callback(connection.close)
            tell_when_lost(connection, REQUESTS, settings.shown_address)
            opening = (
                Subscription.open(connection, queue, settings.prefetch) for queue in settings.consumed_queues
            )
            return connection, await _unless_lost(settings, asyncio.gather(*opening))

        async def publish() -> ConfirmedPublisher:
            publisher = await ConfirmedPublisher.connect(settings, RESULTS, settings.reply_exchange)
            opened.push_async_callback(publisher.connection.close)
            tell_when_lost(publisher.connection, RESULTS, settings.shown_address)
            return publisher

        (consuming, subscriptions), publisher = await side_by_side(subscribe(), publish())
        opened.pop_all()
    return Broker(consuming, {one.queue: one for one in subscriptions}, publisher)


async def consume(
    queue: str, handler: MessageHandler[D], broker: Broker, settings: ConsumerSettings
) -> MessageConsumer[D]:
    """Begin to take messages of a queue; a connection that is lost meanwhile is waited for."""
    consumer = MessageConsumer(broker.subscriptions[queue], handler, broker.publisher, settings)

    async def start() -> None:
        await _unless_lost(settings, consumer.start())

    await retry_until_available(RABBITMQ, start, BrokerUnreachableError)
    return consumer


async def _unless_lost(settings: ConsumerSettings, work: Awaitable[T]) -> T:
    """The result of work on a connection; one that is lost counts as a broker that is away."""
    try:
        return await work
    except (ChannelNotFoundEntity, ChannelAccessRefused):
        raise
    except CHANNEL_LOST as lost:
        raise broker_error(settings, lost) from lost
