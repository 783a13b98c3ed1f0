"""What bookings require of RabbitMQ, asked of the broker itself, without taking or leaving a message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from aio_pika import Message, connect
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import (
    CONNECTION_EXCEPTIONS,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
    DeliveryError,
)
from aiormq.exceptions import ChannelAccessRefused

from consumer.settings import ConsumerSettings
from publisher import broker, tls
from publisher.errors import VoyageError
from publisher.topology import Queue, queues
from saga.finding import Finding, State

_CONFIRM_TIMEOUT = 5.0


@asynccontextmanager
async def connected(settings: ConsumerSettings) -> AsyncIterator[AbstractConnection]:
    """A connection that doesn't come back; raises as `broker.open_connection` does."""
    url, context = settings.amqp_url.get_secret_value(), tls.ssl_context(settings)
    try:
        connection = await connect(url, ssl_context=context, timeout=broker.CONNECT_TIMEOUT)
    except (*CONNECTION_EXCEPTIONS, ValueError, TimeoutError) as failure:
        raise broker.unusable(settings, failure) from failure
    async with connection:
        yield connection


async def examine(settings: ConsumerSettings) -> list[Finding]:
    """Every check of the broker; only the first, if it can't be used."""
    try:
        async with connected(settings) as connection:
            findings = [Finding("RabbitMQ", State.OK, f"answers at {broker.address(settings)}")]
            findings += [await arguments(connection, queue) for queue in queues(settings)]
            taken = (settings.requests_queue, settings.control_queue)
            findings += [await consumers(connection, name) for name in taken]
            findings.append(await publishing(connection, settings.reply_exchange))
    except VoyageError as error:
        return [Finding("RabbitMQ", State.FAILED, "can't be used", str(error))]
    to_do = "rabbitmqctl environment: consumer_timeout must be a minute at least (30 by default)"
    return [*findings, Finding("consumer timeout", State.UNKNOWN, "AMQP doesn't tell", to_do)]


async def arguments(connection: AbstractConnection, queue: Queue) -> Finding:
    """Whether a queue exists with the contract's type, delivery limit and dead-letter route."""
    name = f"queue {queue.name}"
    wanted: dict[str, Any] = {"x-queue-type": "quorum", **queue.arguments}
    try:
        async with connection.channel() as channel:
            await channel.declare_queue(queue.name, passive=True)
        async with connection.channel() as channel:
            await channel.declare_queue(queue.name, durable=True, arguments=wanted)
    except ChannelNotFoundEntity:
        return Finding(name, State.FAILED, "missing", "Run voyage-consumer doctor --fix, or start a consumer")
    except ChannelPreconditionFailed as mismatch:
        to_do = "Delete it when it is empty, or give ours another name (VOYAGE_*_QUEUE)"
        return Finding(name, State.FAILED, str(mismatch.args[-1]), to_do)
    except ChannelAccessRefused:
        to_do = f"Compare its arguments with {wanted}, or ask as a user who may declare it"
        return Finding(name, State.UNKNOWN, "exists; this user may not compare its arguments", to_do)
    return Finding(name, State.OK, ", ".join(f"{key}={value}" for key, value in wanted.items()))


async def consumers(connection: AbstractConnection, queue: str) -> Finding:
    """Whether somebody takes messages from a queue."""
    name = f"consumers of {queue}"
    try:
        async with connection.channel() as channel:
            declared = await channel.declare_queue(queue, passive=True)
    except ChannelNotFoundEntity:
        return Finding(name, State.FAILED, "no queue", "Run voyage-consumer doctor --fix")
    count = declared.declaration_result.consumer_count or 0
    if count:
        return Finding(name, State.OK, str(count))
    return Finding(name, State.FAILED, "none", "Start voyage-consumer; if it runs, look at its /readyz")


async def publishing(connection: AbstractConnection, exchange: str) -> Finding:
    """Whether results get out: the right to publish, and no alarm; what is sent has no queue to go to."""
    name = f"publishing to {exchange or 'the default exchange'}"
    message = Message(b"", message_id=uuid4().hex)
    try:
        async with asyncio.timeout(_CONFIRM_TIMEOUT):
            channel = await connection.channel(on_return_raises=True)
            target = await channel.get_exchange(exchange) if exchange else channel.default_exchange
            for _ in range(2):  # under an alarm, RabbitMQ takes one and then no more
                with suppress(DeliveryError):
                    await target.publish(message, f"voyage-doctor-{uuid4().hex}", mandatory=True)
    except ChannelNotFoundEntity:
        return Finding(name, State.FAILED, "no such exchange", "Run voyage-consumer doctor --fix")
    except ChannelAccessRefused:
        return Finding(
            name, State.FAILED, "not permitted", "Give the user in AMQP_URL the right to write to it"
        )
    except TimeoutError:
        to_do = "See rabbitmqctl status: free memory or disk space"
        return Finding(name, State.FAILED, "RabbitMQ takes no messages: an alarm", to_do)
    return Finding(name, State.OK, "works")


def dead_letters(oldest: datetime | None, kept: timedelta) -> Finding:
    """Whether a replay of the oldest dead letter would still be recognised as a repeat."""
    name = "oldest dead letter"
    if oldest is None:
        return Finding(name, State.OK, "none")
    age = datetime.now(UTC) - oldest
    if age < kept:
        return Finding(name, State.OK, f"{age.total_seconds() / 3600:.1f} h old")
    to_do = "A replay could book again: look at it first (voyage dead list), then replay or drop it"
    return Finding(name, State.FAILED, f"older than the retention ({kept})", to_do)
