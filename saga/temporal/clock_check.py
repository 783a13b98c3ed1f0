"""Whether this machine's clock goes with Temporal's: a poll of our own, and when the server heard it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, PollActivityTaskQueueRequest
from temporalio.client import Client

from saga.temporal.poller_checks import ACTIVITIES, last_poll_time
from saga.temporal.server_checks import RPC_TIMEOUT
from saga.temporal.server_limit import or_limited
from voyage.runtime.check_results import CheckResult, CheckState
from voyage.runtime.process import end

TASK_QUEUE = "voyage-doctor"
"""Nothing is ever put on this task queue, so that a poll of it takes nothing from anybody."""
_TOLERANCE = timedelta(seconds=2)
_POLL = timedelta(seconds=3)  # the server ends it a second earlier, by itself
_PAUSE = 0.2


@or_limited
async def check_clock(
    name: str, client: Client, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> CheckResult:
    """Whether the two clocks differ by no more than two seconds; takes as long as a poll, two seconds."""
    identity, sent, at = uuid4().hex, now(), None
    polling = asyncio.create_task(_poll(client, identity))
    try:
        while not at and not polling.done():
            at = await _last_access(client, identity)
            if not at:
                await asyncio.sleep(_PAUSE)
        seen = now()
        await asyncio.wait({polling})
    finally:
        await end([polling])
    if at:
        return compare_clocks(name, sent, at, seen)
    polling.result()
    return CheckResult(name, CheckState.UNKNOWN, "Temporal did not tell of our poll", "Ask again")


def compare_clocks(name: str, sent: datetime, at: datetime, seen: datetime) -> CheckResult:
    """Judge by what was sent and seen by our clock, and heard in between `at` a time by Temporal's."""
    if at - seen > _TOLERANCE:
        found = f"{(at - seen).total_seconds():.0f} s behind Temporal's"
    elif sent - at > _TOLERANCE:
        found = f"{(sent - at).total_seconds():.0f} s ahead of Temporal's"
    else:
        return CheckResult(name, CheckState.OK, f"within {_TOLERANCE.seconds} s of Temporal's")
    return CheckResult(name, CheckState.FAILED, found, "Synchronise the clocks: deadlines depend on them")


async def _poll(client: Client, identity: str) -> None:
    request = PollActivityTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=TASK_QUEUE), identity=identity
    )
    await client.workflow_service.poll_activity_task_queue(request, timeout=_POLL)


async def _last_access(client: Client, identity: str) -> datetime | None:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=TASK_QUEUE), task_queue_type=ACTIVITIES
    )
    found = await client.workflow_service.describe_task_queue(request, timeout=RPC_TIMEOUT)
    return next((last_poll_time(poller) for poller in found.pollers if poller.identity == identity), None)
