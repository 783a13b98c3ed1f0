"""Whether a worker's polls reach Temporal: the server is asked when it heard from us last."""

import asyncio
import time
from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from saga.errors import TEMPORAL
from saga.temporal.server_limit import ServerLimit, is_limit
from voyage.runtime.health import Problem

_RPC_TIMEOUT = timedelta(seconds=5)
_KINDS = {
    "workflow": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    "activity": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}


class PollerHealth:
    """The pollers of one worker; `limit` is in seconds.

    A server that is at its limit is asked less often, and its refusals are no sign that a poller is lost.
    """

    def __init__(self, name: str, worker: Worker, limit: float, server_limit: ServerLimit) -> None:
        self.name = name
        self._worker = worker
        self._client: Client = worker.client
        self._identity = worker.config().get("identity") or worker.client.identity
        self._limit = limit
        self._server_limit = server_limit
        self._heard: dict[str, tuple[int, float]] = {}

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
        newest = await self._last_poll(kind)
        if newest is None:
            return self._lost(f"Temporal knows no {kind} poller of this process")
        before, since = self._heard.get(kind, (0, 0.0))
        if newest != before:
            self._heard[kind] = newest, time.monotonic()
        elif time.monotonic() - since > self._limit:
            return self._lost(f"Temporal has heard no {kind} poll of this process for {self._limit:g} s")
        return None

    async def _last_poll(self, kind: str) -> int | None:
        """When the server heard our last poll, in nanoseconds of its own clock."""
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=self._worker.task_queue),
            task_queue_type=_KINDS[kind],
        )
        found = await self._client.workflow_service.describe_task_queue(request, timeout=_RPC_TIMEOUT)
        ours = [poller for poller in found.pollers if poller.identity == self._identity]
        return max((poller.last_access_time.ToNanoseconds() for poller in ours), default=None)

    def _lost(self, why: str) -> Problem:
        return Problem("no_poller", f"Nobody polls {self._worker.task_queue}: {why}", stuck=True)
