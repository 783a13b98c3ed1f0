"""What our user may do at RabbitMQ, asked so that nothing is taken, and nothing is sent.

The consuming that is asked for is invalid, and RabbitMQ looks at the right first: it refuses access to who
lacks it, and the request itself to everybody else. It logs both. What is published goes to no queue.
"""

import asyncio
from contextlib import suppress
from uuid import uuid4

from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, ChannelNotFoundEntity, ChannelPreconditionFailed
from aiormq import spec
from aiormq.abc import FieldTable
from aiormq.exceptions import ChannelAccessRefused

from consumer.settings import ConsumerSettings
from publisher.amqp.connection import connected
from publisher.amqp.topology import new_channel
from voyage.runtime.check_results import CHECK_TIMEOUT, CheckResult, CheckState, require

NOT_PERMITTED = "not permitted"
_NO_PRIORITY: FieldTable = {"x-priority": "none"}
_NO_EXPIRATION = spec.Basic.Properties(expiration="none")
_CLOSE_TIMEOUT = 3.0
_EXPIRED = spec.Basic.Properties(expiration="0")  # in case an alternate exchange takes it all the same
_BLOCKED_AFTER = 4.0


async def require_reading(settings: ConsumerSettings, connection: AbstractConnection) -> None:
    """Raise `UnmetRequirementError` if our user may not take messages, without which nothing is booked.

    Raises what aio-pika raises if RabbitMQ doesn't answer, or a queue isn't there.
    """
    async with asyncio.timeout(CHECK_TIMEOUT):
        reads = (_may_read(f"reading {queue}", connection, queue) for queue in settings.consumed_queues)
        require(await asyncio.gather(*reads))


async def require_publishing(settings: ConsumerSettings, connection: AbstractConnection) -> None:
    """Raise `UnmetRequirementError` if our user may not publish; raises else as `require_reading` does.

    Under an alarm, RabbitMQ reads no more from this connection.
    """
    exchange = settings.reply_exchange
    async with asyncio.timeout(CHECK_TIMEOUT):
        require([await _may_publish(publishing_to(exchange), connection, exchange)])


async def reading(name: str, connection: AbstractConnection, queue: str) -> CheckResult:
    """Whether a queue is there, and we may take messages from it."""
    try:
        return await _may_read(name, connection, queue)
    except ChannelNotFoundEntity:
        return CheckResult(name, CheckState.FAILED, "no such queue", "Run voyage-consumer doctor --fix")


async def publishing(name: str, connection: AbstractConnection, exchange: str) -> CheckResult:
    """Whether an exchange is there, and we may publish results and dead letters to it."""
    try:
        return await _may_publish(name, connection, exchange)
    except ChannelNotFoundEntity:
        return CheckResult(name, CheckState.FAILED, "no such exchange", "Run voyage-consumer doctor --fix")


def publishing_to(exchange: str) -> str:
    """How the check is called."""
    return f"publishing to {exchange or 'the default exchange'}"


async def alarm(name: str, settings: ConsumerSettings) -> CheckResult:
    """Whether RabbitMQ takes messages: under an alarm, a connection can send one, and then no more."""
    async with connected(settings) as connection:  # of its own, as nothing gets through on it afterwards
        with suppress(ChannelNotFoundEntity, ChannelAccessRefused):
            await _publish(connection, settings.reply_exchange)
        try:
            async with asyncio.timeout(_BLOCKED_AFTER):
                with suppress(ChannelNotFoundEntity, ChannelAccessRefused):
                    await _publish(connection, settings.reply_exchange)
        except TimeoutError:
            to_do = "See rabbitmqctl status: free memory or disk space"
            return CheckResult(name, CheckState.FAILED, "RabbitMQ takes no messages", to_do)
    return CheckResult(name, CheckState.OK, "none")


async def _may_read(name: str, connection: AbstractConnection, queue: str) -> CheckResult:
    channel = await new_channel(connection)
    try:
        await (await channel.get_queue(queue, ensure=False)).consume(_take, arguments=_NO_PRIORITY)
    except ChannelAccessRefused as refused:
        to_do = (
            f"Give the user in AMQP_URL the right to read it: rabbitmqctl set_permissions, read {queue} "
            f"({refused.args[-1]})"
        )
        return CheckResult(name, CheckState.FAILED, NOT_PERMITTED, to_do)
    except ChannelPreconditionFailed:
        return CheckResult(name, CheckState.OK, "permitted")
    return CheckResult(
        name, CheckState.UNKNOWN, "RabbitMQ took what it should refuse", "Try it: start a consumer"
    )


async def _may_publish(name: str, connection: AbstractConnection, exchange: str) -> CheckResult:
    channel = await new_channel(connection, publisher_confirms=True)
    try:
        await _publish_nowhere(channel, exchange)
    except ChannelAccessRefused as refused:
        of = exchange or "amq.default"
        to_do = (
            f"Give the user in AMQP_URL the right to write to it: rabbitmqctl set_permissions, write {of} "
            f"({refused.args[-1]})"
        )
        return CheckResult(name, CheckState.FAILED, NOT_PERMITTED, to_do)
    with suppress(*CONNECTION_EXCEPTIONS, TimeoutError):
        async with asyncio.timeout(_CLOSE_TIMEOUT):  # under an alarm, RabbitMQ reads no more from us
            await channel.close()
    return CheckResult(name, CheckState.OK, "permitted")


async def _publish_nowhere(channel: AbstractChannel, exchange: str) -> None:
    """A message to no queue; RabbitMQ takes it and forgets it, without a line in its log."""
    underlay = await channel.get_underlay_channel()
    await underlay.basic_publish(
        b"", exchange=exchange, routing_key=f"voyage.nowhere.{uuid4().hex}", properties=_EXPIRED
    )


async def _publish(connection: AbstractConnection, exchange: str) -> None:
    channel = await (await new_channel(connection, publisher_confirms=True)).get_underlay_channel()
    with suppress(ChannelPreconditionFailed):
        await channel.basic_publish(b"", exchange=exchange, properties=_NO_EXPIRATION)


async def _take(_: object) -> None:
    """Nothing ever comes."""
