"""Whether the check of a worker's pollers sees what Temporal sees."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from saga.temporal.poller_health import PollerHealth
from saga.temporal.server_limit import ServerLimit
from saga.workflows.manual_intervention import ManualInterventionWorkflow
from tests.poll import eventually
from voyage import devstack
from voyage.devstack.binaries import temporal_binary


async def test_a_worker_that_polls_is_fine_and_one_that_has_ended_is_stuck(temporal: Client) -> None:
    worker = Worker(temporal, task_queue=f"test-{uuid4().hex}", workflows=[ManualInterventionWorkflow])
    polling = PollerHealth("bookings", worker, 60, ServerLimit())
    before = await polling.problem()
    running = asyncio.create_task(worker.run())

    async def stuck(workflow_only: PollerHealth) -> bool:
        problem = await workflow_only.problem()
        return problem is not None and "activity" in problem.text

    await eventually("only the activity poller, which it has not, to be missed", lambda: stuck(polling))
    await worker.shutdown()
    await running
    after = await polling.problem()

    assert before
    assert after
    assert (before.reason, before.stuck, after.reason, after.stuck) == ("no_poller", True) * 2


async def test_a_poller_that_temporal_has_not_heard_for_too_long_is_lost(temporal: Client) -> None:
    async with Worker(
        temporal, task_queue=f"test-{uuid4().hex}", workflows=[ManualInterventionWorkflow], activities=[]
    ) as worker:
        polling = PollerHealth("bookings", worker, 0.5, ServerLimit())

        async def lost() -> bool:
            problem = await polling.problem()
            return problem is not None and "has heard no workflow poll" in problem.text

        await eventually("a poll longer than the limit", lost)


@pytest.fixture
def four_partitions(monkeypatch: pytest.MonkeyPatch) -> Iterator[devstack.Temporal]:
    """A server as clusters are by default: each task queue in four partitions."""
    four = {f"matching.numTaskqueue{way}Partitions": 4 for way in ("Read", "Write")}
    monkeypatch.setattr(devstack.Temporal, "ours", {**devstack.Temporal.ours, **four})
    with devstack.Temporal(temporal_binary(print), durable=False) as server:
        yield server


async def test_a_single_poller_is_seen_whichever_partition_it_polls(
    four_partitions: devstack.Temporal,
) -> None:
    """Temporal tells of one partition only; a poll that finds nothing at another is passed on to that one."""
    client = await Client.connect(four_partitions.address)
    for number in range(10):  # all by chance at the one that is told of: once in a million times
        worker = Worker(
            client,
            task_queue=f"test-{number}",
            workflows=[ManualInterventionWorkflow],
            activities=[BookedNowhere().book],
            max_concurrent_workflow_task_polls=2,  # the SDK's least
            max_concurrent_activity_task_polls=1,
        )
        polling = PollerHealth("bookings", worker, 60, ServerLimit())

        async def seen(polling: PollerHealth = polling) -> bool:
            return await polling.problem() is None

        async with worker:
            await eventually("the poller to be seen", seen)


async def test_each_of_many_idle_workers_is_seen(four_partitions: devstack.Temporal) -> None:
    """Of several polls that wait at one partition, only one is passed on."""
    async with AsyncExitStack() as stack:
        polling = list[PollerHealth]()
        for number in range(8):
            client = await Client.connect(four_partitions.address, identity=f"test-{number}")
            worker = Worker(
                client,
                task_queue="test-many",
                workflows=[ManualInterventionWorkflow],
                activities=[BookedNowhere().book],
                max_concurrent_workflow_task_polls=2,
                max_concurrent_activity_task_polls=1,
            )
            polling.append(
                PollerHealth("bookings", await stack.enter_async_context(worker), 60, ServerLimit())
            )

        async def all_seen() -> bool:
            return not any([await one.problem() for one in polling])

        await eventually("each poller to be seen", all_seen)


async def test_no_activity_poll_is_missed_while_the_worker_takes_none(temporal: Client) -> None:
    takes = asyncio.Event()
    queue = f"test-{uuid4().hex}"
    async with Worker(temporal, task_queue=queue, workflows=[ManualInterventionWorkflow]) as worker:
        polling = PollerHealth("results", worker, 60, ServerLimit(), takes)

        async def is_well() -> bool:
            return await polling.problem() is None

        await eventually("the workflow poller to be seen", is_well)
        takes.set()
        assert await polling.problem()


class BookedNowhere:
    @activity.defn
    async def book(self) -> None:
        """Never called."""
