"""What the consumer asks its servers before it takes a message: what it waits for, and what ends it."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from typing import Any

from temporalio.client import Client

from consumer.diagnostics import broker_permissions, policies
from consumer.settings import ConsumerSettings
from publisher.amqp.connection import declared_topology
from publisher.errors import RABBITMQ, BrokerUnreachableError
from saga.temporal import server_checks
from saga.temporal.clock_check import check_clock
from saga.temporal.connection import check_settings
from saga.temporal.startup import connect_to_namespace, log_failed_checks
from voyage.runtime.awaiting import library_calls
from voyage.runtime.check_results import run_check
from voyage.runtime.process import end
from voyage.runtime.retry import retry_until_available

log = logging.getLogger(__name__)

AWAY = BrokerUnreachableError
"""What is waited for; whatever else a broker answers, only a person can fix."""
_LET_FINISH = 1.0  # seconds


async def connect(settings: ConsumerSettings) -> Client:
    """Temporal, when both servers are there and permit what bookings need.

    What can never work raises at once, even while the other server is still waited for:
    `UnmetRequirementError`, or what `broker.prepare` and `temporal.connect` raise.
    """
    check_settings()
    connecting = asyncio.create_task(connect_to_namespace())
    preparing = asyncio.create_task(_prepare_broker(settings))
    both: tuple[asyncio.Task[Any], ...] = (connecting, preparing)
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_EXCEPTION)
        # If one has failed: aiormq logs a traceback when a channel is cut off while it opens.
        await asyncio.wait(both, timeout=_LET_FINISH)
        with library_calls():
            for task in both:
                if task.done():
                    task.result()
    finally:
        await end(both)
    return connecting.result()


def warnings(client: Client, settings: ConsumerSettings) -> AbstractAsyncContextManager[None]:
    """Meanwhile, the checks of the doctor that do not keep us from working."""
    return log_failed_checks(
        run_check(broker_permissions.alarm, "alarm", settings),
        run_check(policies.check_at_start, "policies", settings),
        run_check(server_checks.retention, "retention", client, settings.duplicate_window),
        run_check(check_clock, "clock", client),
    )


async def _prepare_broker(settings: ConsumerSettings) -> None:
    async def prepare() -> None:
        async with declared_topology(settings) as connection:
            await broker_permissions.require_permissions(settings, connection)

    await retry_until_available(RABBITMQ, prepare, AWAY)
    log.info("Connected to RabbitMQ at %s", settings.shown_address)
