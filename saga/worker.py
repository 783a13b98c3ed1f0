"""The worker process: puts workflow, activities and suppliers together and runs until told to stop."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from saga import metrics
from saga.activities.book_and_undo import booking_activities
from saga.activities.local_reply import REPLY_LOCALLY, LocalReplies, ReplyHandler
from saga.activities.unserved import LeaveToOthers
from saga.settings import WorkerSettings
from saga.suppliers.selection import log_suppliers, open_suppliers
from saga.suppliers.simulated import SimulatedSupplier
from saga.suppliers.supplier import Supplier
from saga.temporal import sdk_runtime
from saga.temporal.clock_check import check_clock
from saga.temporal.poller_health import PollerHealth
from saga.temporal.pollers import POLLERS
from saga.temporal.server_limit import ServerLimit
from saga.temporal.startup import connect_to_namespace, log_failed_checks
from saga.workflows.booking import BookingWorkflow
from saga.workflows.cancelled_before_request import CancelledBeforeRequestWorkflow
from saga.workflows.manual_intervention import ManualInterventionWorkflow
from voyage.runtime import tracing
from voyage.runtime.check_results import run_check
from voyage.runtime.endpoints import serving
from voyage.runtime.health import Watchdog
from voyage.runtime.process import Shutdown, stop_on_signals, unless_stopped
from voyage.trips.mark import mark_of

log = logging.getLogger(__name__)


def build(
    client: Client,
    settings: WorkerSettings,
    suppliers: Mapping[str, Supplier],
    reply_handlers: Mapping[str, ReplyHandler] = MappingProxyType({}),
) -> Worker:
    """The worker for `settings.task_queue`, not yet running.

    `suppliers` is keyed by leg name; `reply_handlers`, by callback activity, are the replies it gives itself.
    """
    metrics.declare_manual_intervention(Runtime.default().metric_meter, client.namespace, settings.task_queue)
    simulated = sum(isinstance(supplier, SimulatedSupplier) for supplier in suppliers.values())
    metrics.show_simulated(Runtime.default().metric_meter, settings.task_queue, simulated)
    activities = booking_activities(suppliers, settings.trip)
    return Worker(
        client,
        task_queue=settings.task_queue,
        identity=f"{client.identity} {mark_of(settings.trip)}",
        workflows=[BookingWorkflow, CancelledBeforeRequestWorkflow, ManualInterventionWorkflow],
        activities=[*activities, LocalReplies(reply_handlers).reply],
        interceptors=[LeaveToOthers(settings.trip.declared_legs, [REPLY_LOCALLY] if reply_handlers else [])],
        # The sandbox costs twice the CPU of everything else together; the tests run with it.
        workflow_runner=SandboxedWorkflowRunner() if settings.sandboxed else UnsandboxedWorkflowRunner(),
        max_concurrent_activities=settings.max_concurrent_activities,
        max_concurrent_local_activities=settings.max_concurrent_activities,
        workflow_task_poller_behavior=POLLERS,
        activity_task_poller_behavior=POLLERS,
        graceful_shutdown_timeout=timedelta(seconds=settings.shutdown_grace),
    )


async def run(settings: WorkerSettings) -> None:
    """Serve bookings until SIGTERM or SIGINT; running supplier calls may finish within the grace period."""
    stop = stop_on_signals()
    tracing.set_up("voyage-worker")
    watchdog = Watchdog(settings, "worker")
    async with Shutdown(settings.shutdown_grace) as stack:
        await stack.enter_async_context(serving(settings, watchdog, sdk_runtime.set_up(settings)))
        suppliers = await stack.enter_async_context(open_suppliers(settings.trip.declared_legs))
        client = await unless_stopped(stop, connect_to_namespace())
        if client is None:
            return
        log_suppliers(settings.trip.declared_legs)
        worker = await stack.enter_async_context(build(client, settings, suppliers))
        await stack.enter_async_context(log_failed_checks(run_check(check_clock, "clock", client)))
        log.info("Worker ready on task queue %s", settings.task_queue)
        polling = PollerHealth("bookings", worker, settings.poller_timeout, ServerLimit())
        await watchdog.run([polling], stop)
        log.info("Stopping: letting running supplier calls finish")
    log.info("Worker stopped")
