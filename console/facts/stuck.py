"""Bookings whose workflow task fails again and again, each with why it failed."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client
from temporalio.client import WorkflowExecution as Found

from saga.cli import stuck_bookings
from saga.cli.stuck_bookings import Stuck

LOOKED_AT = 200
"""Of the bookings that run, the newest: each is asked for by itself."""
MOST = 20  # that are shown
_LAST_EVENTS = 10
_RPC_TIMEOUT = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True)
class StuckBooking:
    """One of them: how often its task was tried, and what the worker said of a try; empty if it died."""

    found: Found
    tries: int
    reason: str


@dataclass(frozen=True)
class StuckBookings:
    """The newest of `count`, of so many that were looked at."""

    shown: tuple[StuckBooking, ...]
    count: int
    looked_at: int


async def look(client: Client, task_queue: str) -> StuckBookings:
    """Those of a task queue; raises `RPCError`."""
    looked = await stuck_bookings.look(client, task_queue, LOOKED_AT)
    shown = await asyncio.gather(*(_with_reason(client, one) for one in looked.stuck[:MOST]))
    return StuckBookings(tuple(shown), len(looked.stuck), looked.looked_at)


async def _with_reason(client: Client, stuck: Stuck) -> StuckBooking:
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace,
        execution=WorkflowExecution(workflow_id=stuck.found.id, run_id=stuck.found.run_id),
        maximum_page_size=_LAST_EVENTS,
    )
    asked = client.workflow_service.get_workflow_execution_history_reverse(request, timeout=_RPC_TIMEOUT)
    reasons = filter(None, map(_reason_of, (await asked).history.events))
    return StuckBooking(found=stuck.found, tries=stuck.tries, reason=next(reasons, ""))


def _reason_of(event: HistoryEvent) -> str:
    """Why a workflow task failed, if it is that."""
    failure = event.workflow_task_failed_event_attributes.failure
    kind = failure.application_failure_info.type
    return f"{kind}: {failure.message}" if kind and failure.message else failure.message
