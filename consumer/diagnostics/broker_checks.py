"""What bookings require of RabbitMQ, asked of the broker itself, without taking or leaving a message."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed
from aiormq.exceptions import ChannelAccessRefused
from pydantic import SecretStr
from yarl import URL

from consumer.diagnostics import broker_permissions, policies
from consumer.settings import ConsumerSettings
from publisher.amqp.connection import connected
from publisher.amqp.topology import Queue, new_channel, queues
from publisher.broker_url import shown_node
from voyage.errors import VoyageError
from voyage.runtime.check_results import CheckResult, CheckState, run_check, unchecked

OLDEST_LETTER = "oldest dead letter"
_OVER_A_CONNECTION = (
    "queues",
    "reading",
    "publishing",
    "alarm",
    "policies",
    "consumers",
    "consumer timeout",
    OLDEST_LETTER,
)


async def run_checks(settings: ConsumerSettings) -> list[CheckResult]:
    """Every check of the broker; if it can't be used, that, and what was not checked."""
    try:
        async with connected(settings) as connection:
            findings = await run_checks_on(connection, settings)
    except VoyageError as error:
        unusable = CheckResult("RabbitMQ", CheckState.FAILED, "can't be used", str(error))
        return [unusable, unchecked("RabbitMQ", "it can't be used", _OVER_A_CONNECTION)]
    nodes = settings.nodes if len(settings.nodes) > 1 else ()
    to_do = "rabbitmqctl environment | grep consumer_timeout: must be 60000 (ms) at least; 1800000 by default"
    return [
        CheckResult("RabbitMQ", CheckState.OK, f"answers at {settings.shown_address}"),
        *await asyncio.gather(*(_node(node, settings) for node in nodes)),
        *findings,
        CheckResult("consumer timeout", CheckState.UNKNOWN, "AMQP doesn't tell", to_do),
    ]


async def _node(node: URL, settings: ConsumerSettings) -> CheckResult:
    """Whether one node of the cluster lets us in; the others do meanwhile."""
    alone = settings.model_copy(update={"amqp_url": SecretStr(str(node))})
    name = f"node {shown_node(node)}"
    try:
        async with connected(alone):
            return CheckResult(name, CheckState.OK, "lets us in")
    except VoyageError as error:
        return CheckResult(name, CheckState.FAILED, "can't be used; other nodes can", str(error))


async def run_checks_on(connection: AbstractConnection, settings: ConsumerSettings) -> list[CheckResult]:
    """The checks that need a connection, side by side."""
    exchange, taken = settings.reply_exchange, settings.consumed_queues
    return await asyncio.gather(
        *(run_check(arguments, f"queue {queue.name}", connection, queue) for queue in queues(settings)),
        *(run_check(broker_permissions.reading, f"reading {queue}", connection, queue) for queue in taken),
        run_check(
            broker_permissions.publishing, broker_permissions.publishing_to(exchange), connection, exchange
        ),
        run_check(broker_permissions.alarm, "alarm", settings),
        run_check(policies.check, "policies", connection, settings),
        *(run_check(consumers, f"consumers of {queue}", connection, queue) for queue in taken),
    )


async def arguments(name: str, connection: AbstractConnection, queue: Queue) -> CheckResult:
    """Whether a queue exists with the contract's type, delivery limit and dead-letter route."""
    wanted: dict[str, Any] = {"x-queue-type": "quorum", **queue.arguments}
    try:
        async with new_channel(connection) as channel:
            await channel.declare_queue(queue.name, passive=True)
        async with new_channel(connection) as channel:
            await channel.declare_queue(queue.name, durable=True, arguments=wanted)
    except ChannelNotFoundEntity:
        return CheckResult(
            name, CheckState.FAILED, "missing", "Run voyage-consumer doctor --fix, or start a consumer"
        )
    except ChannelPreconditionFailed as mismatch:
        to_do = "Delete it when it is empty, or give ours another name (VOYAGE_*_QUEUE)"
        return CheckResult(name, CheckState.FAILED, str(mismatch.args[-1]), to_do)
    except ChannelAccessRefused:
        to_do = f"Compare its arguments with {wanted}, or ask as a user who may declare it"
        return CheckResult(name, CheckState.UNKNOWN, "exists; this user may not compare its arguments", to_do)
    return CheckResult(name, CheckState.OK, ", ".join(f"{key}={value}" for key, value in wanted.items()))


async def consumers(name: str, connection: AbstractConnection, queue: str) -> CheckResult:
    """Whether somebody takes messages from a queue."""
    try:
        async with new_channel(connection) as channel:
            declared = await channel.declare_queue(queue, passive=True)
    except ChannelNotFoundEntity:
        return CheckResult(name, CheckState.FAILED, "no queue", "Run voyage-consumer doctor --fix")
    count = declared.declaration_result.consumer_count or 0
    if count:
        return CheckResult(name, CheckState.OK, str(count))
    return CheckResult(
        name, CheckState.FAILED, "none", "Start voyage-consumer; if it runs, look at its /readyz"
    )


def dead_letters(name: str, count: int, oldest: datetime | None, kept: timedelta) -> CheckResult:
    """Whether a replay of the oldest dead letter would still be recognised as a repeat."""
    if not count:
        return CheckResult(name, CheckState.OK, "none")
    letters = f"{count} letter" + ("s" if count > 1 else "")
    if oldest is None:
        return CheckResult(name, CheckState.UNKNOWN, f"{letters} without a time", "Look: voyage dead list")
    age = datetime.now(UTC) - oldest
    if age < kept:
        found = f"{age.total_seconds() / 3600:.1f} h old, of {letters}"
        return CheckResult(name, CheckState.OK, found)
    to_do = "A replay could book again: look at it first (voyage dead list), then replay or drop it"
    return CheckResult(name, CheckState.FAILED, f"older than the retention ({kept}), of {letters}", to_do)
