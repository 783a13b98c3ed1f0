"""What a consumer opens at RabbitMQ: its connections, and the consumers of its queues."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

from aio_pika.exceptions import ChannelNotFoundEntity
from aiormq.exceptions import ChannelAccessRefused

from consumer.amqp.lost_connection import tell_when_lost
from consumer.amqp.message_consumer import MessageConsumer
from consumer.amqp.message_handler import MessageHandler
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

CATCH_UP = 5.0  # seconds for the control messages that wait at a start

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
                Subscription.open(connection, queue, settings.prefetch_of(queue))
                for queue in settings.consumed_queues
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


async def consume_all(
    handlers: Mapping[str, MessageHandler[Any]], broker: Broker, settings: ConsumerSettings
) -> Sequence[MessageConsumer[Any]]:
    """Begin to take messages of each queue; a connection that is lost meanwhile is waited for.

    Control messages that wait are settled before any request is, so that a cancel of what waits beats it.
    """
    after_control = asyncio.Event()

    async def begin(queue: str) -> MessageConsumer[Any]:
        may_begin = None if queue == settings.control_queue else after_control
        subscription = broker.subscriptions[queue]
        consumer = MessageConsumer(subscription, handlers[queue], broker.publisher, settings, may_begin)
        await _start(consumer, settings)
        return consumer

    consumers = await asyncio.gather(*map(begin, handlers))
    for consumer in consumers:
        if consumer.queue == settings.control_queue:
            await consumer.catch_up(CATCH_UP)
    after_control.set()
    return consumers


async def _start(consumer: MessageConsumer[Any], settings: ConsumerSettings) -> None:
    async def start() -> None:
        await _unless_lost(settings, consumer.start())

    await retry_until_available(RABBITMQ, start, BrokerUnreachableError)


async def _unless_lost(settings: ConsumerSettings, work: Awaitable[T]) -> T:
    """The result of work on a connection; one that is lost counts as a broker that is away."""
    try:
        return await work
    except (ChannelNotFoundEntity, ChannelAccessRefused):
        raise
    except CHANNEL_LOST as lost:
        raise broker_error(settings, lost) from lost
