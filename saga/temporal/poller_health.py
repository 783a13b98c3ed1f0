"""Whether a worker's polls reach Temporal: the server is asked when it heard from us last."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, ListTaskQueuePartitionsRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from saga.errors import TEMPORAL
from saga.temporal.server_limit import ServerLimit, is_limit
from voyage.runtime.health import Problem

_CANNOT_TELL = (RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.PERMISSION_DENIED)
_RPC_TIMEOUT = timedelta(seconds=5)
_KINDS = {
    "workflow": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    "activity": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}


class PollerHealth:
    """The pollers of one worker; `limit` is in seconds.

    A server that is at its limit is asked less often, and its refusals are no sign that a poller is lost.
    `takes_activities` is set while the worker polls for any; None means always.

    Temporal tells of the pollers of one partition of a task queue, of which a cluster has four: a poll is at
    any of them, and may be for minutes.
    """

    def __init__(
        self,
        name: str,
        worker: Worker,
        limit: float,
        server_limit: ServerLimit,
        takes_activities: asyncio.Event | None = None,
    ) -> None:
        self.name = name
        self._worker = worker
        self._client: Client = worker.client
        self._identity = worker.config().get("identity") or worker.client.identity
        self._limit = limit
        self._server_limit = server_limit
        self._takes_activities = takes_activities
        self._heard: dict[str, tuple[int, float]] = {}
        self._partition = dict.fromkeys(_KINDS, worker.task_queue)

    async def problem(self) -> Problem | None:
        """Ask the server; its clock is not compared with ours."""
        if not self._worker.is_running:
            return self._lost("its worker does not run")
        if self._server_limit.gives_way:
            return self._server_limit.problem()
        try:
            found = await asyncio.gather(*map(self._problem_of, _KINDS))
        except RPCError as away:
            if is_limit(away):
                self._server_limit.told(away.message)
                return self._server_limit.problem()
            text = f"Temporal does not answer: {away.message or away.status.name}"
            return Problem("temporal_away", text, away=TEMPORAL)
        return self._server_limit.problem() or next(filter(None, found), None)

    async def recover(self) -> None:
        """The SDK polls again by itself; if it doesn't, only a new process helps."""

    async def _problem_of(self, kind: str) -> Problem | None:
        if kind == "activity" and self._takes_activities and not self._takes_activities.is_set():
            self._heard.pop(kind, None)
            return None
        if self._is_fresh(kind, await self._last_poll(kind, self._partition[kind])):
            return None
        partitions = await self._partitions(kind)
        polls = await asyncio.gather(*(self._last_poll(kind, partition) for partition in partitions))
        newest, self._partition[kind] = max(zip((poll or 0 for poll in polls), partitions, strict=True))
        if not newest:
            return self._lost(f"Temporal knows no {kind} poller of this process")
        if not self._is_fresh(kind, newest):
            return self._lost(f"Temporal has heard no {kind} poll of this process for {self._limit:g} s")
        return None

    def _is_fresh(self, kind: str, newest: int | None) -> bool:
        before, since = self._heard.get(kind, (0, 0.0))
        if newest and newest != before:
            self._heard[kind] = newest, time.monotonic()
            return True
        return bool(newest) and time.monotonic() - since <= self._limit

    async def _partitions(self, kind: str) -> Sequence[str]:
        """The names of all partitions of the task queue; of a server that doesn't tell, the first alone."""
        request = ListTaskQueuePartitionsRequest(
            namespace=self._client.namespace, task_queue=TaskQueue(name=self._worker.task_queue)
        )
        try:
            service = self._client.workflow_service
            found = await service.list_task_queue_partitions(request, timeout=_RPC_TIMEOUT)
        except RPCError as failure:
            if failure.status not in _CANNOT_TELL:
                raise
            return [self._worker.task_queue]
        every = found.workflow_task_queue_partitions
        if kind == "activity":
            every = found.activity_task_queue_partitions
        return [partition.key for partition in every] or [self._worker.task_queue]

    async def _last_poll(self, kind: str, partition: str) -> int | None:
        """When the server heard our last poll there, in nanoseconds of its own clock."""
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=partition),
            task_queue_type=_KINDS[kind],
        )
        found = await self._client.workflow_service.describe_task_queue(request, timeout=_RPC_TIMEOUT)
        ours = [poller for poller in found.pollers if poller.identity == self._identity]
        return max((poller.last_access_time.ToNanoseconds() for poller in ours), default=None)

    def _lost(self, why: str) -> Problem:
        return Problem("no_poller", f"Nobody polls {self._worker.task_queue}: {why}", stuck=True)
