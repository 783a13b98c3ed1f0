"""What makes a consumer ready: it takes messages from both queues, and its results get out."""

from dataclasses import dataclass
from typing import Any

from aio_pika.exceptions import ChannelNotFoundEntity
from aiormq.exceptions import ChannelAccessRefused, ChannelLockedResource

from consumer.amqp.message_consumer import MessageConsumer
from consumer.amqp.subscription import CHANNEL_LOST
from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import connected, declare_topology
from publisher.errors import RABBITMQ
from saga.errors import TEMPORAL
from voyage.errors import VoyageError
from voyage.runtime.health import Problem

_ANSWER_TIMEOUT = 3.0


@dataclass(frozen=True)
class ConsumingCheck:
    """Whether messages of one queue are taken: by what we know ourselves and by what the broker says."""

    name: str
    consumer: MessageConsumer[Any]
    settings: ConsumerSettings

    async def problem(self) -> Problem | None:
        """A consumer that is connected and takes nothing is the classic outage."""
        if self.consumer.is_paused:
            text = "Temporal can't take bookings: messages wait in RabbitMQ"
            return Problem("paused", text, away=TEMPORAL)
        try:
            alive = await self.consumer.subscription.is_alive(_ANSWER_TIMEOUT)
        except (ChannelNotFoundEntity, ChannelAccessRefused, ChannelLockedResource) as refused:
            return Problem("no_consumer", f"The queue can't be used: {refused}", stuck=True)
        except CHANNEL_LOST:
            return await lost_connection(self.settings, "broker_away", "The connection that takes messages")
        if alive or self.consumer.is_paused:
            return None
        return Problem("no_consumer", f"Nobody takes messages from {self.consumer.queue}", stuck=True)

    async def recover(self) -> None:
        """Declare the contract's queues again, and take messages anew."""
        await declare_topology(self.settings)
        await self.consumer.restart()


@dataclass(frozen=True)
class PublishingCheck:
    """Whether the channel for results is open."""

    name: str
    publisher: ConfirmedPublisher
    settings: ConsumerSettings

    async def problem(self) -> Problem | None:
        """A closed channel that doesn't come back leaves every booking without its answer."""
        if await self.publisher.is_open(_ANSWER_TIMEOUT):
            return None
        return await lost_connection(self.settings, "reply_channel_closed", "The channel for results")

    async def recover(self) -> None:
        """Drop a silent connection; aio-pika opens the channel again. If not, only a new process helps."""
        await self.publisher.mend()


async def lost_connection(settings: ConsumerSettings, reason: str, what: str) -> Problem:
    """A lost connection; it is our own fault if a new one can be had."""
    try:
        async with connected(settings):
            return Problem(reason, f"{what} is lost, though RabbitMQ answers", stuck=True)
    except VoyageError as down:
        return Problem(reason, f"{what} is lost. {down}", away=RABBITMQ)
