"""What the consumer asks its servers before it takes a message: what it waits for, and what ends it."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

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
_LET_FINISH = 1.0  # seconds


async def connect(settings: ConsumerSettings, interceptors: Sequence[Interceptor]) -> Client:
    """Temporal, when both servers are there and permit what bookings need.

    What can never work raises at once, even while the other server is still waited for:
    `UnmetRequirementError`, or what `broker.prepare` and `temporal.connect` raise.
    """
    connecting = asyncio.create_task(starting.connect(interceptors))
    preparing = asyncio.create_task(_prepare_broker(settings))
    both: tuple[asyncio.Task[Any], ...] = (connecting, preparing)
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_EXCEPTION)
        # If one has failed: aiormq logs a traceback when a channel is cut off while it opens.
        await asyncio.wait(both, timeout=_LET_FINISH)
        for task in both:
            if task.done():
                task.result()
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
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
