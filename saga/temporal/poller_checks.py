"""Whether somebody polls a task queue: when Temporal heard its last poll, and whether a worker answers."""

from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    ListWorkflowExecutionsRequest,
    QueryWorkflowRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from saga.temporal.server_checks import RPC_TIMEOUT
from saga.temporal.server_limit import is_limit, or_limited
from voyage.runtime.check_results import CheckResult, CheckState

WORKFLOWS = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
KINDS = {WORKFLOWS: "workflow", ACTIVITIES: "activity"}
LONGEST_POLL = timedelta(seconds=75)
"""Whoever was not heard for longer has ended."""
_FRESH = timedelta(seconds=10)
_QUESTION = "__temporal_workflow_metadata"  # every worker's SDK answers it, whatever the workflow
_QUESTION_TIMEOUT = timedelta(seconds=3)
_QUEUE_OF_QUESTIONS = "query buffer"  # is full: earlier questions have had no answer either
_FAILED_AT_THE_WORKER = RPCStatusCode.INVALID_ARGUMENT
_NO_ANSWER = (
    RPCStatusCode.CANCELLED,  # the SDK's word for our own timeout
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.FAILED_PRECONDITION,  # the server's: no poller was seen recently
)


@or_limited
async def pollers(
    name: str, client: Client, task_queue: str, kind: TaskQueueType.ValueType, start: str
) -> CheckResult:
    """Whether somebody polls this task queue; `start` is what to run if not.

    The last poll of a worker that has ended looks like one that waits for work, so a question is asked, too.
    """
    recent = await recent_pollers(client, task_queue, kind)
    if not recent:
        to_do = f"Start {start}, with the same VOYAGE_*TASK_QUEUE"
        return CheckResult(name, CheckState.FAILED, "none", to_do)
    age = datetime.now(UTC) - max(map(last_poll_time, recent))
    answers = await worker_answers(client, task_queue)
    return judge(name, len(recent), age, answers=answers, start=start)


def judge(name: str, count: int, age: timedelta, *, answers: bool | None, start: str) -> CheckResult:
    """By the age of the newest poll, and whether a worker answers; None: there was nothing to ask about."""
    found = str(count) if age < _FRESH else f"{count}, last heard {age.total_seconds():.0f} s ago"
    if answers is False:
        found = f"{count}, last heard {max(age.total_seconds(), 0):.0f} s ago; none answers now"
        if age < _FRESH:
            return CheckResult(
                name, CheckState.UNKNOWN, found, f"Ask again; {start} is busy, or has just ended"
            )
        return CheckResult(name, CheckState.FAILED, found, f"Start {start}; if it runs, look at its /readyz")
    if answers is None and age >= _FRESH:
        found += " (it waits for work, or has ended since)"
    return CheckResult(name, CheckState.OK, found)


async def recent_pollers(client: Client, task_queue: str, kind: TaskQueueType.ValueType) -> list[PollerInfo]:
    """Who polls this task queue, as far as Temporal has heard within the longest poll."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=task_queue), task_queue_type=kind
    )
    found = (await client.workflow_service.describe_task_queue(request, timeout=RPC_TIMEOUT)).pollers
    now = datetime.now(UTC)
    return [poller for poller in found if now - last_poll_time(poller) < LONGEST_POLL]


def last_poll_time(poller: PollerInfo) -> datetime:
    """When Temporal heard its last poll, by its own clock."""
    return poller.last_access_time.ToDatetime(UTC)


async def worker_answers(client: Client, task_queue: str) -> bool | None:
    """Whether a worker of this task queue answers a question about a workflow; None if there is no workflow.

    One that has ended is preferred: nothing of it keeps a worker busy. The question changes nothing.
    """
    for ended in (" AND ExecutionStatus != 'Running'", ""):
        query = f"TaskQueue = '{task_queue}'{ended}"
        request = ListWorkflowExecutionsRequest(namespace=client.namespace, page_size=1, query=query)
        found = await client.workflow_service.list_workflow_executions(request, timeout=RPC_TIMEOUT)
        for workflow in found.executions:
            return await _answers_about(client, workflow.execution)
    return None


async def _answers_about(client: Client, workflow: WorkflowExecution) -> bool | None:
    request = QueryWorkflowRequest(
        namespace=client.namespace, execution=workflow, query=WorkflowQuery(query_type=_QUESTION)
    )
    try:
        await client.workflow_service.query_workflow(request, timeout=_QUESTION_TIMEOUT)
    except RPCError as error:
        if _QUEUE_OF_QUESTIONS in error.message:
            return False
        if is_limit(error):
            raise
        if error.status in _NO_ANSWER:
            return False
        return True if error.status is _FAILED_AT_THE_WORKER else None
    return True
