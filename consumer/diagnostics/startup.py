"""What the consumer asks its servers before it takes a message: what it waits for, and what ends it."""

import logging
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from temporalio.client import Client

from consumer.amqp.broker import Broker, open_broker
from consumer.diagnostics import broker_permissions, policies
from consumer.diagnostics.broker_watch import BrokerWatch
from consumer.owners import require_own_user
from consumer.reconciliation import schedule
from consumer.settings import ConsumerSettings
from consumer.temporal.shown_starts import ShownStarts
from publisher.errors import RABBITMQ, BrokerUnreachableError
from saga.temporal import server_checks
from saga.temporal.clock_check import check_clock
from saga.temporal.connection import check_settings
from saga.temporal.startup import connect_to_namespace, log_failed_checks
from voyage.runtime.check_results import run_check
from voyage.runtime.process import side_by_side
from voyage.runtime.retry import retry_until_available

log = logging.getLogger(__name__)

AWAY = BrokerUnreachableError
"""What is waited for; whatever else a broker answers, only a person can fix."""


async def connect(
    settings: ConsumerSettings, watch: BrokerWatch, closing: AsyncExitStack
) -> tuple[Client, ShownStarts, Broker]:
    """Temporal and RabbitMQ, when both are there and permit what bookings need; `closing` closes the latter.

    Temporal has been asked by then for the search attributes that starts show.
    What can never work raises at once, even while the other server is still waited for:
    `UnmetRequirementError`, or what `watch.begin` and `connect_to_namespace` raise.
    """
    check_settings()
    require_own_user(settings)
    settings.require_owners_for_quotas()
    (client, starts), broker = await side_by_side(_temporal(settings), _rabbitmq(settings, watch, closing))
    return client, starts, broker


def warnings(client: Client, settings: ConsumerSettings) -> AbstractAsyncContextManager[None]:
    """Meanwhile, the checks of the doctor that do not keep us from working."""
    return log_failed_checks(
        run_check(broker_permissions.alarm, "alarm", settings),
        run_check(policies.check_at_start, "policies", settings),
        run_check(server_checks.retention, "retention", client, settings.duplicate_window),
        run_check(check_clock, "clock", client),
    )


async def _temporal(settings: ConsumerSettings) -> tuple[Client, ShownStarts]:
    client = await connect_to_namespace()
    await schedule.ensure(client, settings)
    starts = ShownStarts(client)
    await starts.look()
    return client, starts


async def _rabbitmq(settings: ConsumerSettings, watch: BrokerWatch, closing: AsyncExitStack) -> Broker:
    """All at the same time: each takes a chain of round trips, which are long ones to a server far away."""

    async def connect() -> Broker:
        async with AsyncExitStack() as opened:

            async def opening() -> Broker:
                broker = await open_broker(settings)
                opened.push_async_callback(broker.close)
                return broker

            broker, _ = await side_by_side(opening(), watch.begin())
            closing.push_async_callback(opened.pop_all().aclose)
        return broker

    broker = await retry_until_available(RABBITMQ, connect, AWAY)
    log.info("Connected to RabbitMQ at %s", settings.shown_address)
    return broker
