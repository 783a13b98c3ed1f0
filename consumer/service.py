"""The consumer process: puts the bridge together and runs it until told to stop."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from consumer import schedule, starting
from consumer.arguments import PUBLISH_RESULT
from consumer.bookings import Bookings
from consumer.control import ControlHandler
from consumer.dead_letters import DeadLetters
from consumer.handling import RequestHandler
from consumer.health import Consuming, Publishing
from consumer.intake import Intake
from consumer.results import Results
from consumer.settings import ConsumerSettings
from consumer.stopped import Stopped
from consumer.subscription import Subscription
from consumer.sweep import StoppedBookingWorkflow, SweepWorkflow
from publisher.publishing import ConfirmedPublisher
from saga.health import Polling
from saga.legs import LEGS
from saga.process import stop_on_signals, unless_stopped
from saga.settings import WorkerSettings, load
from saga.supplier_choice import open_suppliers
from saga.worker import build
from telemetry import temporal_runtime, tracing
from telemetry.endpoints import serving
from telemetry.health import Check, Watchdog

log = logging.getLogger(__name__)


async def run(settings: ConsumerSettings) -> None:
    """Bridge requests to bookings until SIGTERM or SIGINT; then take no more, drain and close."""
    stop = stop_on_signals()
    watchdog, interceptors = Watchdog(settings), tracing.set_up("voyage-consumer")
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(settings, watchdog, temporal_runtime.set_up(settings)))
        client = await unless_stopped(stop, starting.connect(settings, interceptors))
        if client is None:
            return
        connections = await unless_stopped(stop, starting.open_connections(settings))
        if connections is None:
            return
        # A publish that fails can close its channel, so results never share a connection with requests.
        consuming, publishing = connections
        stack.push_async_callback(consuming.close)
        stack.push_async_callback(publishing.close)
        publisher = await ConfirmedPublisher.open(
            publishing, settings.publish_timeout, settings.reply_exchange
        )
        results = Results(publisher, settings)
        requests = RequestHandler(
            settings, Bookings(client, settings), results, DeadLetters(publisher, settings)
        )
        control = ControlHandler(settings, client, results)
        worker = await stack.enter_async_context(reply_worker(client, settings, results))
        checks: list[Check] = [
            Polling("results", worker, settings.poller_limit),
            Publishing("reply channel", publisher, settings),
        ]
        if settings.with_worker:
            books = await stack.enter_async_context(booking_worker(client, results))
            checks.append(Polling("bookings", books, settings.poller_limit))
        await unless_stopped(stop, schedule.ensure(client, settings))
        for queue, handler in (
            (settings.control_queue, control.handle),
            (settings.requests_queue, requests.handle),
        ):
            subscription = await Subscription.open(consuming, queue, settings.prefetch)
            intake = Intake(subscription, handler, publisher, settings)
            stack.push_async_callback(intake.stop)
            await intake.start()
            checks.append(Consuming(queue, intake, settings))
        await stack.enter_async_context(starting.warnings(client, settings))
        log.info("Consumer ready: taking requests from %s", settings.requests_queue)
        await watchdog.run(checks, stop)
        log.info("Stopping: no new requests, finishing what is in hand")
    log.info("Consumer stopped")


def reply_worker(client: Client, settings: ConsumerSettings, results: Results) -> Worker:
    """The Temporal worker that publishes results; it alone holds the broker's credentials."""
    stopped = Stopped(client, settings, results)
    return Worker(
        client,
        task_queue=settings.reply_task_queue,
        workflows=[SweepWorkflow, StoppedBookingWorkflow],
        activities=[results.publish_result, stopped.find, stopped.answer],
        workflow_runner=UnsandboxedWorkflowRunner(),
        graceful_shutdown_timeout=timedelta(seconds=settings.drain_timeout),
    )


@asynccontextmanager
async def booking_worker(client: Client, results: Results) -> AsyncIterator[Worker]:
    """The worker that books, in this process: it answers by itself, with the task queue as its reserve."""
    answerers = {PUBLISH_RESULT: results.publish_result}
    async with (
        open_suppliers(LEGS) as suppliers,
        build(client, load(WorkerSettings), suppliers, answerers) as worker,
    ):
        yield worker
