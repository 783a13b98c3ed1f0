"""The consumer process: puts the bridge together and runs it until told to stop."""

import logging
from typing import Any

from consumer.amqp.broker import Broker, consume_all
from consumer.amqp.message_handler import MessageHandler
from consumer.control.handler import ControlHandler
from consumer.diagnostics import startup
from consumer.diagnostics.broker_watch import BrokerWatch
from consumer.diagnostics.readiness import ConsumingCheck, PublishingCheck
from consumer.replies.result_publisher import ResultPublisher
from consumer.requests.allowances import Allowances
from consumer.requests.dead_letters import DeadLetterPublisher
from consumer.requests.handler import RequestHandler
from consumer.requests.start_or_join import WorkflowStarter
from consumer.requests.undelivered import UndeliveredHandler
from consumer.requests.waiting import WaitingHandler
from consumer.requests.waiting_queues import WaitingQueues
from consumer.settings import ConsumerSettings
from consumer.temporal.intake import Intake
from consumer.temporal.open_bookings import OpenBookings
from consumer.workers import booking_worker, reply_worker
from saga.settings import WorkerSettings
from saga.suppliers.selection import names_of
from saga.temporal import sdk_runtime
from saga.temporal.poller_health import PollerHealth
from saga.temporal.server_limit import ServerLimit
from voyage.runtime import tracing
from voyage.runtime.endpoints import serving
from voyage.runtime.health import Check, Watchdog
from voyage.runtime.process import Shutdown, stop_on_signals, unless_stopped
from voyage.runtime.settings import load_settings

log = logging.getLogger(__name__)


async def run(settings: ConsumerSettings) -> None:
    """Bridge requests to bookings until SIGTERM or SIGINT; then take no more, drain and close."""
    stop = stop_on_signals()
    tracing.set_up("voyage-consumer")
    watchdog = Watchdog(settings, "consumer", *(["worker"] if settings.with_worker else []))
    booking = load_settings(WorkerSettings) if settings.with_worker else None
    if booking:
        names_of(booking.trip.declared_legs)
    grace = max(settings.drain_timeout, booking.shutdown_grace if booking else 0.0)
    async with Shutdown(grace) as stack:
        await stack.enter_async_context(serving(settings, watchdog, sdk_runtime.set_up(settings)))
        watch = BrokerWatch(settings)
        stack.push_async_callback(watch.close)
        connected = await unless_stopped(stop, startup.connect(settings, watch, stack))
        if connected is None:
            return
        client, starts, broker = connected
        limit = ServerLimit()
        intake = Intake(limit)
        results = ResultPublisher(broker.publisher, settings, intake)
        workers = {"results": await stack.enter_async_context(reply_worker(client, settings, results))}
        if booking:
            books = booking_worker(client, booking, results)
            workers["bookings"] = await stack.enter_async_context(books)
        for worker in workers.values():
            stack.finish(worker.shutdown)
        polling = {"results": results.can_publish}
        checks: list[Check] = [
            *watch.checks,
            *(
                PollerHealth(name, worker, settings.poller_timeout, limit, polling.get(name))
                for name, worker in workers.items()
            ),
            PublishingCheck("reply channel", broker.publisher, settings),
        ]
        starter = WorkflowStarter(client, settings, intake, starts)
        control = ControlHandler(settings, client, results, starts)
        counts = OpenBookings(client, settings.task_queue)
        handlers = _handlers(settings, control, broker, starter, results, counts)
        consumers = await unless_stopped(stop, consume_all(handlers, broker, settings))
        if consumers is None:
            return
        for consumer in consumers:
            stack.finish(consumer.stop)
            checks.append(ConsumingCheck(consumer.queue, consumer, settings, watch.topology, watch.reading))
        await stack.enter_async_context(startup.warnings(client, settings))
        if settings.told_quotas:
            log.info("Quotas of owners: %s", settings.told_quotas)
        log.info("Consumer ready: taking requests from %s", settings.requests_queue)
        await watchdog.run(checks, stop)
        log.info("Stopping: no new requests, finishing what is in flight")
    log.info("Consumer stopped")


def _handlers(
    settings: ConsumerSettings,
    control: ControlHandler,
    broker: Broker,
    starter: WorkflowStarter,
    results: ResultPublisher,
    counts: OpenBookings,
) -> dict[str, MessageHandler[Any]]:
    """What handles the messages of each queue."""
    dead_letters = DeadLetterPublisher(broker.publisher, settings)
    taken = broker.subscriptions[settings.requests_queue]
    allowances = Allowances(settings, lambda: taken.consumers, counts)
    waiting = WaitingQueues(broker.publisher, settings)
    requests = RequestHandler(settings, starter, results, dead_letters, allowances, waiting)
    handlers: dict[str, MessageHandler[Any]] = {
        settings.control_queue: control,
        settings.undelivered_queue: UndeliveredHandler(settings, requests, dead_letters),
        settings.requests_queue: requests,
    }
    if settings.owners:
        first, long = settings.waiting_queues
        handlers[first] = WaitingHandler(requests, allowances, passes_on=True)
        handlers[long] = WaitingHandler(requests, allowances, passes_on=False)
    return handlers
