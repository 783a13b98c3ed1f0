"""What makes a consumer ready: it takes messages from its queues, and its results get out."""

from dataclasses import dataclass
from typing import Any

from aio_pika.exceptions import ChannelNotFoundEntity
from aiormq.exceptions import ChannelAccessRefused, ChannelLockedResource

from consumer.amqp.message_consumer import MessageConsumer
from consumer.amqp.subscription import CHANNEL_LOST
from consumer.diagnostics.rights import ReadingCheck
from consumer.diagnostics.topology_watch import TopologyWatch
from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import connected
from publisher.errors import RABBITMQ, BrokerError
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
    topology: TopologyWatch
    reading: ReadingCheck

    async def problem(self) -> Problem | None:
        """A consumer that is connected and takes nothing is the classic outage."""
        if self.consumer.is_paused:
            text = "Temporal can't take bookings: messages wait in RabbitMQ"
            return Problem("paused", text, away=TEMPORAL)
        try:
            alive = await self.consumer.subscription.is_alive(_ANSWER_TIMEOUT)
        except (ChannelNotFoundEntity, ChannelAccessRefused, ChannelLockedResource) as refused:
            unusable = Problem("no_consumer", f"The queue can't be used: {refused}", stuck=True)
            return await self._what_a_person_must_do(refused) or unusable
        except CHANNEL_LOST:
            await self.consumer.subscription.leave_if_silent()
            lost = await lost_connection(self.settings, "broker_away", "The connection that takes messages")
            return (await self._what_a_person_must_do() if lost.stuck else None) or lost
        if alive or self.consumer.is_paused:
            return None
        nobody = Problem("no_consumer", f"Nobody takes messages from {self.consumer.queue}", stuck=True)
        return await self._what_a_person_must_do() or nobody

    async def recover(self) -> None:
        """Make what is missing, and take messages anew; raises `BrokerError` if the queue can't be used."""
        await self.topology.problem()  # to consume from such a queue would cost the channel
        if unusable := self.topology.problem_of(self.consumer.queue):
            raise BrokerError(unusable.text)
        await self.consumer.restart()

    async def _what_a_person_must_do(self, refused: Exception | None = None) -> Problem | None:
        if isinstance(refused, ChannelLockedResource):
            return None  # by a connection that may be our own, so a new process may help
        queue = self.consumer.queue
        return self.topology.problem_of(queue) or await self.reading.look(queue)


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
        await self.publisher.leave_if_silent()
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
