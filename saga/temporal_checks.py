"""What bookings require of Temporal, asked of the server itself."""

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from saga import temporal
from saga.errors import TemporalRefusedError, TemporalUnreachableError
from saga.finding import Finding, State

WORKFLOWS = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
_KINDS = {WORKFLOWS: "workflow", ACTIVITIES: "activity"}
_RPC_TIMEOUT = timedelta(seconds=5)
_LONGEST_POLL = timedelta(seconds=75)
_TOLERANCE = timedelta(seconds=2)


async def reachable() -> tuple[Finding, Client | None]:
    """Whether Temporal answers, and a client if it does."""
    try:
        client = await temporal.connect_now()
    except (TemporalUnreachableError, TemporalRefusedError) as error:
        return Finding("Temporal", State.FAILED, "can't be used", str(error)), None
    return Finding("Temporal", State.OK, f"answers, namespace {client.namespace}"), client


async def retention(client: Client, window: float) -> tuple[Finding, timedelta | None]:
    """Whether ended bookings are kept as long as a repeat must be recognised (`window`, seconds)."""
    name = "retention"
    try:
        found = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=client.namespace), timeout=_RPC_TIMEOUT
        )
    except RPCError as error:
        return Finding(name, State.FAILED, error.message, "Create it, or set TEMPORAL_NAMESPACE"), None
    kept = found.config.workflow_execution_retention_ttl.ToTimedelta()
    state = State.OK if kept.total_seconds() >= window else State.FAILED
    to_do = (
        f"A repeat after {kept} books again. Raise it (temporal operator namespace update --retention), "
        "or lower VOYAGE_DUPLICATE_WINDOW"
    )
    return Finding(name, state, f"{kept}", to_do if state is State.FAILED else ""), kept


async def pollers(
    client: Client, task_queue: str, kind: TaskQueueType.ValueType, start: str
) -> list[Finding]:
    """Whether somebody polls this task queue, and if so, our clock; `start` is what to run."""
    name = f"{_KINDS[kind]} pollers of {task_queue}"
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=task_queue), task_queue_type=kind
    )
    try:
        found = (await client.workflow_service.describe_task_queue(request, timeout=_RPC_TIMEOUT)).pollers
    except RPCError as error:
        return [Finding(name, State.UNKNOWN, error.message, "Ask again")]
    now = datetime.now(UTC)
    recent = [poller for poller in found if now - _heard(poller) < _LONGEST_POLL]
    if not recent:
        return [Finding(name, State.FAILED, "none", f"Start {start}, with the same VOYAGE_*TASK_QUEUE")]
    return [
        Finding(name, State.OK, str(len(recent))),
        clock(now, max(map(_heard, recent))),
    ]


def clock(now: datetime, heard: datetime) -> Finding:
    """Whether this machine's clock can be right, if the server heard a poll at `heard` by its own."""
    name = "clock"
    if heard - now > _TOLERANCE:
        behind = f"{(heard - now).total_seconds():.0f} s behind Temporal's"
        return Finding(name, State.FAILED, behind, "Synchronise the clocks: deadlines depend on them")
    return Finding(name, State.OK, f"not behind Temporal's, nor {_LONGEST_POLL.seconds} s ahead")


def _heard(poller: PollerInfo) -> datetime:
    return poller.last_access_time.ToDatetime(UTC)
