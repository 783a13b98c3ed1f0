"""Bookings whose workflow task fails again and again: found by asking Temporal about those that run."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError, RPCStatusCode

from saga.temporal.server_checks import RPC_TIMEOUT
from saga.workflows.booking import BookingWorkflow
from saga.workflows.cancelled_before_request import CancelledBeforeRequestWorkflow
from voyage.runtime.check_results import CheckResult, CheckState

TRIES = 3
"""Tries of one workflow task that are no accident: a worker that dies costs one."""
_LOOKED_AT = 1000
_AT_A_TIME = 20
_NAMED = 5
_YOUNG = timedelta(seconds=5)
_WORKFLOWS = (BookingWorkflow.__name__, CancelledBeforeRequestWorkflow.__name__)
TO_DO = (
    "The log of voyage-worker says why; mend or replace the worker, and they go on by themselves. "
    "If that can't be: temporal workflow terminate --workflow-id {example}; "
    "its callers are answered `failed`, and its legs may have to be undone by hand"
)


@dataclass(frozen=True)
class Stuck:
    """A booking that is stuck, and how often its workflow task was tried."""

    found: WorkflowExecution
    tries: int


@dataclass(frozen=True)
class Looked:
    """At how many bookings that run was looked, and those that are stuck, the newest first."""

    looked_at: int
    stuck: list[Stuck]


async def look(client: Client, task_queue: str, limit: int) -> Looked:
    """Look for stuck bookings, by the tries of their workflow task, among the newest `limit` that run."""
    running = [found async for found in _running(client, task_queue, limit)]
    turns = asyncio.Semaphore(_AT_A_TIME)

    async def tries_of(found: WorkflowExecution) -> int:
        async with turns:
            return await tries(client, found.id, found.run_id)

    made = await asyncio.gather(*map(tries_of, running))
    looked = [Stuck(one, tries) for one, tries in zip(running, made, strict=True)]
    return Looked(len(running), [one for one in looked if one.tries >= TRIES])


async def check(name: str, client: Client, task_queue: str) -> CheckResult:
    """Whether no booking is stuck; names those that are."""
    found = await look(client, task_queue, _LOOKED_AT)
    stuck = [one.found.id for one in found.stuck]
    looked_at = f"of {found.looked_at} that run" + (", the newest" if found.looked_at == _LOOKED_AT else "")
    if not stuck:
        return CheckResult(name, CheckState.OK, f"none {looked_at}")
    named = ", ".join(stuck[:_NAMED]) + (" …" if len(stuck) > _NAMED else "")
    to_do = TO_DO.format(example=stuck[0])
    return CheckResult(name, CheckState.FAILED, f"{len(stuck)} {looked_at}: {named}", to_do)


async def _running(client: Client, task_queue: str, limit: int) -> AsyncIterator[WorkflowExecution]:
    """The bookings that run for some seconds at least, the newest first."""
    types = ", ".join(f"'{workflow}'" for workflow in _WORKFLOWS)
    before = (datetime.now(UTC) - _YOUNG).isoformat()
    query = (
        f"TaskQueue = '{task_queue}' AND WorkflowType IN ({types}) AND ExecutionStatus = 'Running' "
        f"AND StartTime < '{before}'"
    )
    async for found in client.list_workflows(query, limit=limit, rpc_timeout=RPC_TIMEOUT):
        yield found


async def tries(client: Client, workflow_id: str, run_id: str | None = None) -> int:
    """How often the workflow task that is due was tried; 0 if none is, or the booking has ended."""
    handle = client.get_workflow_handle(workflow_id, run_id=run_id)
    try:
        described = await handle.describe(rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return 0
        raise
    return described.raw_description.pending_workflow_task.attempt
