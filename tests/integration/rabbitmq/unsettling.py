"""Handlers and subscriptions that fail as they are told to, for tests of what becomes of a message."""

import asyncio
from dataclasses import dataclass, field
from typing import Self

from aio_pika import Message
from aiormq import spec

from consumer.amqp.message_consumer import MessageConsumer
from consumer.amqp.subscription import Subscription, Take
from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.message import Delivery


@dataclass
class Decided:
    order_key: str | None = None


@dataclass
class Handler:
    """Does with a message what it is told to, the first times."""

    raises: list[BaseException] = field(default_factory=list)
    tried: list[str | None] = field(default_factory=list)
    executed: list[str | None] = field(default_factory=list)

    def decide(self, _: Delivery) -> Decided:
        return Decided()

    async def execute(self, _: Decided, delivery: Delivery) -> None:
        self.tried.append(delivery.message_id)
        if self.raises:
            raise self.raises.pop(0)
        self.executed.append(delivery.message_id)

    @property
    def for_probes(self) -> Self:
        return self

    async def refuse(self, _: Decided | None, delivery: Delivery, __: str) -> None:
        raise LookupError(delivery.message_id)  # not even that


class Gate(Subscription):
    """A subscription whose start may be held up, as by a broker that is slow to answer."""

    may_start = asyncio.Event()

    async def start(self, take: Take) -> None:
        await self.may_start.wait()
        await super().start(take)


@dataclass
class Bench:
    publisher: ConfirmedPublisher
    subscription: Subscription
    settings: ConsumerSettings

    def consumer(self, handler: Handler) -> MessageConsumer[Decided]:
        return MessageConsumer(self.subscription, handler, self.publisher, self.settings)

    async def send(self, message_id: str) -> None:
        await self.publisher.publish(Message(b"{}", message_id=message_id), self.settings.requests_queue)

    async def consumers(self) -> int:
        return (await self._declared()).consumer_count or 0

    async def ready(self) -> int:
        return (await self._declared()).message_count or 0

    async def _declared(self) -> spec.Queue.DeclareOk:
        channel = await self.publisher.connection.channel()
        declared = await channel.declare_queue(self.settings.requests_queue, passive=True)
        await channel.close()
        return declared.declaration_result
