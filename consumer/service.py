"""The consumer process: puts the bridge together and runs it until told to stop."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import stamina
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from consumer.arguments import PUBLISH_RESULT
from consumer.bookings import Bookings
from consumer.control import ControlHandler
from consumer.dead_letters import DeadLetters
from consumer.handling import RequestHandler
from consumer.intake import Intake
from consumer.results import Results
from consumer.settings import ConsumerSettings
from consumer.stopped import Stopped, schedule_sweeps
from consumer.sweep import StoppedBookingWorkflow, SweepWorkflow
from publisher import broker
from publisher.errors import BrokerUnreachableError
from publisher.publishing import ConfirmedPublisher
from saga import temporal
from saga.legs import LEGS
from saga.process import stop_on_signals, unless_stopped
from saga.settings import WorkerSettings, load
from saga.supplier_choice import open_suppliers
from saga.worker import build

log = logging.getLogger(__name__)


async def run(settings: ConsumerSettings) -> None:
    """Bridge requests to bookings until SIGTERM or SIGINT; then take no more, drain and close."""
    stop = stop_on_signals()
    connected = await unless_stopped(stop, asyncio.gather(temporal.connect(), _prepare_broker(settings)))
    if connected is None:
        return
    client, _ = connected
    async with AsyncExitStack() as stack:
        consuming = await broker.open_connection(settings, "voyage-consumer requests")
        stack.push_async_callback(consuming.close)
        # A publish that fails can close its channel, so results never share a connection with requests.
        publishing = await broker.open_connection(settings, "voyage-consumer results")
        stack.push_async_callback(publishing.close)
        publisher = await ConfirmedPublisher.open(
            publishing, settings.publish_timeout, settings.reply_exchange
        )
        results = Results(publisher, settings)
        requests = RequestHandler(
            settings, Bookings(client, settings), results, DeadLetters(publisher, settings)
        )
        control = ControlHandler(settings, client, results)
        await stack.enter_async_context(reply_worker(client, settings, results))
        if settings.with_worker:
            await stack.enter_async_context(booking_worker(client, results))
        await unless_stopped(stop, schedule_sweeps(client, settings))
        for queue, handler in (
            (settings.control_queue, control.handle),
            (settings.requests_queue, requests.handle),
        ):
            intake = await Intake.open(consuming, queue, handler, publisher, settings)
            stack.push_async_callback(intake.stop)
            await intake.start()
        log.info("Consumer ready: taking requests from %s", settings.requests_queue)
        await stop.wait()
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
async def booking_worker(client: Client, results: Results) -> AsyncIterator[None]:
    """The worker that books, in this process: it answers by itself, with the task queue as its reserve."""
    answerers = {PUBLISH_RESULT: results.publish_result}
    async with open_suppliers(LEGS) as suppliers, build(client, load(WorkerSettings), suppliers, answerers):
        yield


async def _prepare_broker(settings: ConsumerSettings) -> None:
    waits = stamina.retry_context(on=BrokerUnreachableError, attempts=None, timeout=None, wait_max=5)
    async for attempt in waits:
        with attempt:
            try:
                await broker.prepare(settings)
            except BrokerUnreachableError as down:
                log.warning("%s Trying again.", down)
                raise
    log.info("Connected to RabbitMQ at %s", broker.address(settings))
