"""How long the queues are, looked at again and again, and kept for a quarter of an hour."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aio_pika.exceptions import ChannelNotFoundEntity
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from console.errors import KNOWN
from console.facts.broker import BrokerLink
from console.facts.temporal import TemporalLink
from publisher.amqp.connection import open_channel
from saga.temporal.poller_checks import KINDS

EVERY = 5.0  # seconds
KEPT = timedelta(minutes=15)
_RPC_TIMEOUT = timedelta(seconds=3)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What a queue was like at a time: messages or tasks that wait, who takes them, the oldest's wait.

    `takers` is None for a task queue, `wait` (seconds) for a queue of RabbitMQ, which doesn't tell.
    """

    at: datetime
    waiting: int
    takers: int | None = None
    wait: float | None = None


class Samples:
    """A quarter of an hour of each queue, by its name."""

    def __init__(
        self, broker: BrokerLink, temporal: TemporalLink, queues: Iterable[str], task_queues: Iterable[str]
    ) -> None:
        self._broker, self._temporal = broker, temporal
        self._task_queues = tuple(task_queues)
        most = int(KEPT.total_seconds() / EVERY)
        self.queues: dict[str, deque[Sample]] = {name: deque(maxlen=most) for name in queues}
        names = (f"{name}, {kind} tasks" for name in self._task_queues for kind in KINDS.values())
        self.task_queues: dict[str, deque[Sample]] = {name: deque(maxlen=most) for name in names}
        self.changed_at = datetime.now(UTC)

    async def watch(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.gather(self._look(self._look_at_queues()), self._look(self._look_at_tasks()))
            self.changed_at = datetime.now(UTC)
            await asyncio.sleep(EVERY)

    async def _look(self, looking: Coroutine[Any, Any, None]) -> None:
        try:
            async with asyncio.timeout(EVERY):
                await looking
        except KNOWN:
            return  # the page says which server is away; the curve has a gap

    async def _look_at_queues(self) -> None:
        for name, samples in self.queues.items():
            channel = await open_channel(self._broker.connection)
            try:
                told = (await channel.declare_queue(name, passive=True)).declaration_result
            except ChannelNotFoundEntity:
                continue
            finally:
                await channel.close()
            samples.append(
                Sample(at=datetime.now(UTC), waiting=told.message_count or 0, takers=told.consumer_count or 0)
            )

    async def _look_at_tasks(self) -> None:
        client = self._temporal.client
        for name in self._task_queues:
            for kind, word in KINDS.items():
                waiting, wait = await _backlog(client, name, kind)
                sample = Sample(at=datetime.now(UTC), waiting=waiting, wait=wait)
                self.task_queues[f"{name}, {word} tasks"].append(sample)


async def _backlog(client: Client, name: str, kind: TaskQueueType.ValueType) -> tuple[int, float]:
    """How many tasks wait, as Temporal estimates it, and for how many seconds the oldest does."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=name),
        task_queue_type=kind,
        report_stats=True,
    )
    told = (await client.workflow_service.describe_task_queue(request, timeout=_RPC_TIMEOUT)).stats
    return told.approximate_backlog_count, told.approximate_backlog_age.ToTimedelta().total_seconds()
