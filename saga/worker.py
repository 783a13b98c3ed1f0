"""The worker process: puts workflow, activities and suppliers together and runs until told to stop."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from saga import metrics, starting
from saga.activities import booking_activities
from saga.attention import AttentionWorkflow
from saga.clock import clock
from saga.finding import answered
from saga.health import Polling
from saga.legs import LEGS
from saga.local_answers import Answerer, LocalAnswers
from saga.process import stop_on_signals, unless_stopped
from saga.settings import WorkerSettings
from saga.supplier_choice import open_suppliers
from saga.suppliers import Supplier
from saga.tombstone import TombstoneWorkflow
from saga.workflow import BookingWorkflow
from telemetry import temporal_runtime, tracing
from telemetry.endpoints import serving
from telemetry.health import Watchdog

log = logging.getLogger(__name__)


def build(
    client: Client,
    settings: WorkerSettings,
    suppliers: Mapping[str, Supplier],
    answerers: Mapping[str, Answerer] = MappingProxyType({}),
) -> Worker:
    """The worker for `settings.task_queue`, not yet running.

    `suppliers` is keyed by leg name; `answerers`, by reply callback activity, are what it can answer itself.
    """
    metrics.begin_attention(Runtime.default().metric_meter, client.namespace, settings.task_queue)
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[BookingWorkflow, TombstoneWorkflow, AttentionWorkflow],
        activities=[*booking_activities(suppliers), LocalAnswers(answerers).answer],
        # The sandbox costs twice the CPU of everything else together; the tests run with it.
        workflow_runner=SandboxedWorkflowRunner() if settings.sandboxed else UnsandboxedWorkflowRunner(),
        max_concurrent_activities=settings.max_concurrent_activities,
        graceful_shutdown_timeout=timedelta(seconds=settings.shutdown_grace),
    )


async def run(settings: WorkerSettings) -> None:
    """Serve bookings until SIGTERM or SIGINT; running supplier calls may finish within the grace period."""
    stop = stop_on_signals()
    watchdog, interceptors = Watchdog(settings), tracing.set_up("voyage-worker")
    async with (
        serving(settings, watchdog, temporal_runtime.set_up(settings)),
        open_suppliers(LEGS) as suppliers,
    ):
        client = await unless_stopped(stop, starting.connect(interceptors))
        if client is None:
            return
        async with starting.warning_of(answered(clock, "clock", client)):
            await _serve(build(client, settings, suppliers), settings, watchdog, stop)
    log.info("Worker stopped")


async def _serve(worker: Worker, settings: WorkerSettings, watchdog: Watchdog, stop: asyncio.Event) -> None:
    async with worker:
        log.info("Worker ready on task queue %s", settings.task_queue)
        await watchdog.run([Polling("bookings", worker, settings.poller_limit)], stop)
        log.info("Stopping: letting running supplier calls finish")
