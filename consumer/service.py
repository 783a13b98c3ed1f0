"""The consumer process: puts the bridge together and runs it until told to stop."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from consumer.amqp.message_consumer import MessageConsumer
from consumer.amqp.message_handler import MessageHandler
from consumer.amqp.subscription import Subscription
from consumer.callers.later_callers import LaterCallers
from consumer.callers.later_callers_workflow import LaterCallersWorkflow
from consumer.control.handler import ControlHandler
from consumer.diagnostics import startup
from consumer.diagnostics.readiness import ConsumingCheck, PublishingCheck
from consumer.reconciliation import schedule
from consumer.reconciliation.reconciliation_workflow import (
    AnswerStoppedBookingWorkflow,
    ReconciliationWorkflow,
)
from consumer.reconciliation.stopped_bookings import StoppedBookings
from consumer.replies.result_publisher import ResultPublisher
from consumer.reply_address import PUBLISH_RESULT
from consumer.requests.dead_letters import DeadLetterPublisher
from consumer.requests.handler import RequestHandler
from consumer.requests.start_or_join import WorkflowStarter
from consumer.requests.undelivered import UndeliveredHandler
from consumer.settings import ConsumerSettings
from consumer.temporal.intake import Intake
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from saga.legs import LEGS
from saga.settings import WorkerSettings
from saga.suppliers.selection import open_suppliers
from saga.temporal import sdk_runtime
from saga.temporal.poller_health import PollerHealth
from saga.temporal.pollers import POLLERS
from saga.temporal.server_limit import ServerLimit
from saga.worker import build
from voyage.runtime import tracing
from voyage.runtime.endpoints import serving
from voyage.runtime.health import Check, Watchdog
from voyage.runtime.process import stop_on_signals, unless_stopped
from voyage.runtime.settings import load_settings

log = logging.getLogger(__name__)


async def run(settings: ConsumerSettings) -> None:
    """Bridge requests to bookings until SIGTERM or SIGINT; then take no more, drain and close."""
    stop = stop_on_signals()
    tracing.set_up("voyage-consumer")
    watchdog = Watchdog(settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(settings, watchdog, sdk_runtime.set_up(settings)))
        client = await unless_stopped(stop, startup.connect(settings))
        if client is None:
            return
        connections = await unless_stopped(stop, startup.open_connections(settings))
        if connections is None:
            return
        # A publish that fails can close its channel, so results never share a connection with requests.
        consuming, publishing = connections
        stack.push_async_callback(consuming.close)
        stack.push_async_callback(publishing.close)
        publisher = await ConfirmedPublisher.open(
            publishing, settings.publish_timeout, settings.reply_exchange
        )
        limit = ServerLimit()
        intake = Intake(limit)
        results = ResultPublisher(publisher, settings, intake)
        starter = WorkflowStarter(client, settings, intake)
        requests = RequestHandler(settings, starter, results, DeadLetterPublisher(publisher, settings))
        control = ControlHandler(settings, client, results)
        worker = await stack.enter_async_context(reply_worker(client, settings, results))
        checks: list[Check] = [
            PollerHealth("results", worker, settings.poller_timeout, limit),
            PublishingCheck("reply channel", publisher, settings),
        ]
        if settings.with_worker:
            books = await stack.enter_async_context(booking_worker(client, results))
            checks.append(PollerHealth("bookings", books, settings.poller_timeout, limit))
        handlers: dict[str, MessageHandler[Any]] = {
            settings.control_queue: control,
            settings.undelivered_queue: UndeliveredHandler(settings, requests),
            settings.requests_queue: requests,
        }
        opening = (Subscription.open(consuming, queue, settings.prefetch) for queue in handlers)
        subscriptions, _ = await asyncio.gather(
            asyncio.gather(*opening), unless_stopped(stop, schedule.ensure(client, settings))
        )
        consumers = [MessageConsumer(one, handlers[one.queue], publisher, settings) for one in subscriptions]
        for consumer in consumers:
            stack.push_async_callback(consumer.stop)
            checks.append(ConsumingCheck(consumer.queue, consumer, settings))
        await asyncio.gather(*(consumer.start() for consumer in consumers))
        await stack.enter_async_context(startup.warnings(client, settings))
        log.info("Consumer ready: taking requests from %s", settings.requests_queue)
        await watchdog.run(checks, stop)
        log.info("Stopping: no new requests, finishing what is in flight")
    log.info("Consumer stopped")


def reply_worker(client: Client, settings: ConsumerSettings, results: ResultPublisher) -> Worker:
    """The Temporal worker that publishes results; it alone holds the broker's credentials."""
    stopped, later = StoppedBookings(client, settings, results), LaterCallers(client, results)
    return Worker(
        client,
        task_queue=settings.reply_task_queue,
        workflows=[ReconciliationWorkflow, AnswerStoppedBookingWorkflow, LaterCallersWorkflow],
        activities=[
            results.publish_result,
            stopped.find,
            stopped.answer,
            later.await_booking,
            later.publish_results,
        ],
        workflow_runner=UnsandboxedWorkflowRunner(),
        graceful_shutdown_timeout=timedelta(seconds=settings.drain_timeout),
        workflow_task_poller_behavior=POLLERS,
        activity_task_poller_behavior=POLLERS,
    )


@asynccontextmanager
async def booking_worker(client: Client, results: ResultPublisher) -> AsyncIterator[Worker]:
    """The worker that books, in this process: it answers by itself, with the task queue as its reserve."""
    reply_handlers = {PUBLISH_RESULT: results.publish_result}
    async with (
        open_suppliers(LEGS) as suppliers,
        build(client, load_settings(WorkerSettings), suppliers, reply_handlers) as worker,
    ):
        yield worker
