"""The Temporal workers of a consumer process: one publishes results; another may book, in one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from consumer.callers.later_callers import LaterCallers
from consumer.callers.later_callers_workflow import LaterCallersWorkflow
from consumer.reconciliation.reconciliation_workflow import (
    AnswerStoppedBookingWorkflow,
    ReconciliationWorkflow,
)
from consumer.reconciliation.stopped_bookings import StoppedBookings
from consumer.replies.reply_slots import tuner
from consumer.replies.result_publisher import ResultPublisher
from consumer.reply_address import PUBLISH_RESULT
from consumer.settings import ConsumerSettings
from saga.settings import WorkerSettings
from saga.suppliers.selection import log_suppliers, open_suppliers
from saga.temporal.pollers import POLLERS
from saga.worker import build


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
        tuner=tuner(results.can_publish),
        workflow_runner=UnsandboxedWorkflowRunner(),
        graceful_shutdown_timeout=timedelta(seconds=settings.drain_timeout),
        workflow_task_poller_behavior=POLLERS,
        activity_task_poller_behavior=POLLERS,
    )


@asynccontextmanager
async def booking_worker(
    client: Client, settings: WorkerSettings, results: ResultPublisher
) -> AsyncIterator[Worker]:
    """The worker that books, in this process: it answers by itself, with the task queue as its reserve."""
    reply_handlers = {PUBLISH_RESULT: results.publish_result}
    async with (
        open_suppliers(settings.trip.declared_legs) as suppliers,
        build(client, settings, suppliers, reply_handlers) as worker,
    ):
        log_suppliers(settings.trip.declared_legs)
        yield worker
