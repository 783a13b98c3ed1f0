"""A look for stopped bookings after a mass termination: it ends, and goes on where it was cut off."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import pytest
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    WorkflowExecutionStatus,
    WorkflowHandle,
)
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from consumer.reconciliation.reconciliation_workflow import ReconciliationWorkflow
from consumer.reconciliation.stopped_bookings import StoppedBookings
from consumer.replies.result_publisher import ResultPublisher
from consumer.settings import ConsumerSettings
from saga.workflows.booking import BookingWorkflow
from tests.poll import eventually

pytestmark = pytest.mark.thorough

STOPPED, PAGE, SIDE_BY_SIDE = 200, 20, 25
GRACE = timedelta(seconds=5)
EVENTS = 10  # of a run's history, however often it looks


@dataclass
class Starts(Interceptor):
    """Counts the answers that a look asks Temporal to start; `before` may refuse one."""

    ids: list[str] = field(default_factory=list)
    before: Callable[[int], None] = lambda _: None

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 -- the SDK's name
        starts = self

        class Counting(OutboundInterceptor):
            async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002 -- the SDK's name
                if input.workflow == "AnswerStoppedBookingWorkflow":
                    starts.ids.append(input.id)
                    starts.before(len(starts.ids))
                return await super().start_workflow(input)

        return Counting(next)


@dataclass
class Look:
    """Looks for the stopped bookings of a task queue; nobody works on the answers that are started."""

    client: Client
    settings: ConsumerSettings
    wanted: set[str]
    starts: Starts = field(default_factory=Starts)

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Worker]:
        config = {**self.client.config(), "interceptors": [self.starts]}
        client = Client(**cast("Any", config))
        none = cast("ResultPublisher", None)  # nothing is answered here
        stopped = StoppedBookings(client, self.settings, none, page_size=PAGE)
        async with Worker(
            client,
            task_queue=f"{self.settings.reply_task_queue}-looks",
            workflows=[ReconciliationWorkflow],
            activities=[stopped.find],
            workflow_runner=UnsandboxedWorkflowRunner(),
            graceful_shutdown_timeout=GRACE,
        ) as worker:
            yield worker

    async def start(self, interval: float = 0.0) -> WorkflowHandle[ReconciliationWorkflow, str]:
        return await self.client.start_workflow(
            ReconciliationWorkflow.run,
            args=[self.settings.task_queue, interval],
            id=f"test-look-{uuid4().hex}",
            task_queue=f"{self.settings.reply_task_queue}-looks",
        )

    async def answers(self) -> set[str]:
        ours = f"TaskQueue = '{self.settings.reply_task_queue}'"
        return {found.id async for found in self.client.list_workflows(ours)}


@pytest.fixture
async def look(temporal: Client, settings: ConsumerSettings) -> AsyncIterator[Look]:
    """A look at many terminated bookings."""
    own = settings.task_queue
    ids = {f"{own}-{number}" for number in range(STOPPED)}
    await _each(ids, lambda found: _stop(temporal, found, own))
    mine = f"TaskQueue = '{own}' AND ExecutionStatus = 'Terminated'"

    async def all_listed() -> bool:
        return (await temporal.count_workflows(mine)).count == STOPPED

    await eventually("all terminated bookings listed", all_listed)
    look = Look(temporal, settings, {f"stopped-{found}" for found in ids})
    yield look
    await _each(await look.answers(), lambda found: temporal.get_workflow_handle(found).terminate())


async def test_a_look_that_is_cut_off_goes_on_where_it_was(look: Look) -> None:
    half = asyncio.Event()
    look.starts.before = lambda number: half.set() if number == STOPPED // 2 else None
    async with look.worker() as worker:
        running = await look.start()
        await asyncio.wait_for(half.wait(), 60)
        await worker.shutdown()
    async with look.worker():
        await running.result()

    assert await look.answers() == look.wanted
    assert len(look.starts.ids) <= STOPPED + PAGE


async def test_a_look_gives_way_to_a_busy_server_and_goes_on_where_it_was(look: Look) -> None:
    def refuse(number: int) -> None:
        if number in {50, 100, 150}:
            raise RPCError("namespace rate limit exceeded", RPCStatusCode.RESOURCE_EXHAUSTED, b"")

    look.starts.before = refuse
    async with look.worker():
        await (await look.start()).result()

    assert await look.answers() == look.wanted
    assert len(look.starts.ids) <= STOPPED + 3 * PAGE


async def test_the_next_look_starts_no_answer_again(look: Look) -> None:
    async with look.worker():
        await (await look.start()).result()

        async def all_listed() -> bool:
            return await look.answers() == look.wanted

        await eventually("all answers listed", all_listed)
        await (await look.start()).result()

    assert Counter(look.starts.ids) == Counter(look.wanted)


async def test_an_answer_that_temporal_will_never_start_keeps_none_of_the_others(look: Look) -> None:
    await _stop(look.client, f"{look.settings.task_queue}-{'x' * 975}", look.settings.task_queue)
    async with look.worker():
        await (await look.start()).result()

    assert await look.answers() == look.wanted


async def test_one_run_looks_again_and_again(look: Look) -> None:
    async with look.worker():
        running = await look.start(interval=0.2)
        await eventually("all to be answered", lambda: len(look.starts.ids) == STOPPED)
        late = f"{look.settings.task_queue}-late"
        await _stop(look.client, late, look.settings.task_queue)
        await eventually("the late one to be answered", lambda: f"stopped-{late}" in look.starts.ids)
        described = await running.describe()
        await running.terminate()

    assert described.status is WorkflowExecutionStatus.RUNNING
    assert len(look.starts.ids) == STOPPED + 1
    assert described.history_length < EVENTS


async def test_looks_go_on_at_another_consumer_as_soon_as_one_stops(look: Look) -> None:
    async with look.worker():
        running = await look.start(interval=600)
        await eventually("all to be answered", lambda: len(look.starts.ids) == STOPPED)
    late = f"{look.settings.task_queue}-late"
    await _stop(look.client, late, look.settings.task_queue)
    async with look.worker():
        await eventually("the late one to be answered", lambda: f"stopped-{late}" in look.starts.ids, 15)
        await running.terminate()


async def _stop(client: Client, workflow_id: str, task_queue: str) -> None:
    handle = await client.start_workflow(BookingWorkflow.__name__, id=workflow_id, task_queue=task_queue)
    await handle.terminate()


async def _each(found: Iterable[str], do: Callable[[str], Awaitable[None]]) -> None:
    free = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(workflow_id: str) -> None:
        async with free:
            await do(workflow_id)

    await asyncio.gather(*(one(workflow_id) for workflow_id in found))
