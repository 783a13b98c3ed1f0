"""A message that can't be settled leaves its queue all the same, whole, and holds up no other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import pytest
from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustChannel
from pydantic import SecretStr

from consumer.amqp import settlement
from consumer.amqp.message_consumer import MessageConsumer
from consumer.amqp.subscription import Subscription
from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import declare_topology, open_connection
from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.message import Delivery
from tests.poll import eventually
from tests.proxies.censor import censor
from voyage import devstack

ODD, ORDINARY = b"forbidden", b"ordinary"


@dataclass(frozen=True)
class _Any:
    order_key: str | None = None


@dataclass
class _Echo:
    """Handles a message by publishing its body; `broken` is raised by refusing."""

    publisher: ConfirmedPublisher
    queue: str
    broken: Exception | None = None
    handled: list[bytes] = field(default_factory=list)

    def decide(self, delivery: Delivery) -> _Any:  # noqa: ARG002 -- the handler's interface
        return _Any()

    async def execute(self, decision: _Any, delivery: Delivery) -> None:  # noqa: ARG002 -- as above
        if self.broken and delivery.body == ODD:
            raise ValueError(delivery.body)
        await self.publisher.publish(Message(delivery.body), self.queue)
        self.handled.append(delivery.body)

    @property
    def for_probes(self) -> Self:
        return self

    async def refuse(self, decision: _Any | None, delivery: Delivery, why: str) -> None:  # noqa: ARG002 -- as above
        if self.broken:
            raise self.broken
        await self.publisher.publish(Message(delivery.body), self.queue)


@asynccontextmanager
async def _consuming(
    settings: ConsumerSettings, through: str, broken: Exception | None = None
) -> AsyncIterator[tuple[_Echo, AbstractRobustChannel]]:
    """Consume the control queue, and publish to the results queue through a door."""
    await declare_topology(settings)
    beyond = settings.model_copy(update={"amqp_url": SecretStr(through)})
    async with (
        await open_connection(settings, "test in") as incoming,
        await open_connection(beyond, "test out") as outgoing,
    ):
        publisher = await ConfirmedPublisher.open(outgoing, 10)
        handler = _Echo(publisher, settings.results_queue, broken)
        subscription = await Subscription.open(incoming, settings.control_queue, 2)
        consumer = MessageConsumer(subscription, handler, publisher, settings)
        await consumer.start()
        yield handler, await incoming.channel()
        await consumer.stop()


async def _dead(channel: AbstractRobustChannel, settings: ConsumerSettings) -> AbstractIncomingMessage:
    queue = await channel.get_queue(settings.dead_queue)
    return await eventually("the dead letter", lambda: queue.get(fail=False, no_ack=True), 60)


@pytest.mark.thorough
async def test_a_message_whose_answer_ends_every_connection_is_given_up_after_some_tries(
    servers: devstack.Servers, settings: ConsumerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settlement, "RETRY_LIMIT", 0.1)
    monkeypatch.setattr(settlement, "BUSY_TRIES", 2)
    async with (
        censor(servers.amqp_url, ODD) as url,
        _consuming(settings, url) as (handler, channel),
    ):
        for body in (ODD, *[ORDINARY] * 5):
            await channel.default_exchange.publish(Message(body), settings.control_queue)

        await eventually("the others are handled", lambda: len(handler.handled) == 5)
        assert (await _dead(channel, settings)).body == ODD


async def test_a_message_that_can_not_even_be_refused_is_dead_lettered_by_rabbitmq(
    servers: devstack.Servers, settings: ConsumerSettings
) -> None:
    async with _consuming(settings, servers.amqp_url, broken=ZeroDivisionError()) as (handler, channel):
        for body in (ODD, ORDINARY):
            await channel.default_exchange.publish(Message(body), settings.control_queue)

        letter = await _dead(channel, settings)
        await eventually("the other is handled", lambda: handler.handled == [ORDINARY])

    assert letter.body == ODD
    assert DeadLetter.from_delivery(Delivery.from_message(letter)).reason == "rejected"
