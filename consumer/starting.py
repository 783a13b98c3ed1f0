"""What the consumer asks its servers before it takes a message: what it waits for, and what ends it."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

import stamina
from temporalio.client import Client, Interceptor

from consumer import rights
from consumer.settings import ConsumerSettings
from publisher import broker
from publisher.errors import BrokerUnreachableError
from saga import starting, temporal_checks
from saga.clock import clock
from saga.finding import answered

log = logging.getLogger(__name__)


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


async def _prepare_broker(settings: ConsumerSettings) -> None:
    waits = stamina.retry_context(on=BrokerUnreachableError, attempts=None, timeout=None, wait_max=5)
    async for attempt in waits:
        with attempt:
            try:
                await broker.prepare(settings)
                await rights.require(settings)
            except BrokerUnreachableError as down:
                log.warning("%s Trying again.", down)
                raise
    log.info("Connected to RabbitMQ at %s", broker.address(settings))
