"""The consumer process: puts the bridge together and runs it until told to stop."""

import asyncio
import logging
from contextlib import AsyncExitStack
from datetime import timedelta

import stamina
from temporalio.client import Client
from temporalio.worker import Worker

from consumer.bookings import Bookings
from consumer.dead_letters import DeadLetters
from consumer.handling import RequestHandler
from consumer.intake import Intake
from consumer.results import Results
from consumer.settings import ConsumerSettings
from publisher import broker
from publisher.errors import BrokerUnreachableError
from publisher.publishing import ConfirmedPublisher
from saga import temporal
from saga.process import stop_on_signals, unless_stopped

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
        publisher = await ConfirmedPublisher.open(publishing, settings.publish_timeout)
        results = Results(publisher, settings)
        handler = RequestHandler(
            settings, Bookings(client, settings), results, DeadLetters(publisher, settings)
        )
        await stack.enter_async_context(reply_worker(client, settings, results))
        intake = await Intake.open(consuming, settings.requests_queue, settings.prefetch, handler.handle)
        stack.push_async_callback(intake.stop, settings.drain_timeout)
        await intake.start()
        log.info("Consumer ready: taking requests from %s", settings.requests_queue)
        await stop.wait()
        log.info("Stopping: no new requests, finishing what is in hand")
    log.info("Consumer stopped")


def reply_worker(client: Client, settings: ConsumerSettings, results: Results) -> Worker:
    """The Temporal worker that publishes results; it alone holds the broker's credentials."""
    return Worker(
        client,
        task_queue=settings.reply_task_queue,
        activities=[results.publish_result],
        graceful_shutdown_timeout=timedelta(seconds=settings.drain_timeout),
    )


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
