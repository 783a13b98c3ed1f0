"""What the consumer asks its servers before it takes a message: what it waits for, and what ends it."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from aio_pika.abc import AbstractRobustConnection as Connection
from temporalio.client import Client, Interceptor

from consumer import rights
from consumer.settings import ConsumerSettings
from publisher import broker
from publisher.errors import BrokerUnreachableError
from saga import starting, temporal_checks
from saga.clock import clock
from saga.finding import answered
from saga.waiting import until_there

log = logging.getLogger(__name__)

AWAY = BrokerUnreachableError
"""What is waited for; whatever else a broker answers, only a person can mend."""


async def connect(settings: ConsumerSettings, interceptors: Sequence[Interceptor]) -> Client:
    """Temporal, when both servers are there and permit what bookings need.

    What can never work raises at once, even while the other server is still waited for:
    `UnmetRequirementError`, or what `broker.prepare` and `temporal.connect` raise.
    """
    try:
        async with asyncio.TaskGroup() as both:
            connecting = both.create_task(starting.connect(interceptors))
            both.create_task(_prepare_broker(settings))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return connecting.result()


def warnings(client: Client, settings: ConsumerSettings) -> AbstractAsyncContextManager[None]:
    """Meanwhile, the checks of the doctor that do not keep us from working."""
    return starting.warning_of(
        answered(rights.alarm, "alarm", settings),
        answered(temporal_checks.retention, "retention", client, settings.duplicate_window),
        answered(clock, "clock", client),
    )


async def open_connections(settings: ConsumerSettings) -> tuple[Connection, Connection]:
    """One to take messages and one for results, as soon as RabbitMQ is there."""
    return (
        await until_there(lambda: broker.open_connection(settings, "voyage-consumer requests"), AWAY),
        await until_there(lambda: broker.open_connection(settings, "voyage-consumer results"), AWAY),
    )


async def _prepare_broker(settings: ConsumerSettings) -> None:
    async def prepare() -> None:
        await broker.prepare(settings)
        await rights.require(settings)

    await until_there(prepare, AWAY)
    log.info("Connected to RabbitMQ at %s", broker.address(settings))
