"""Whether the check of a worker's pollers sees what Temporal sees."""

import asyncio
from uuid import uuid4

from temporalio.client import Client
from temporalio.worker import Worker

from saga.temporal.poller_health import PollerHealth
from saga.temporal.server_limit import ServerLimit
from saga.workflows.manual_intervention import ManualInterventionWorkflow
from tests.poll import eventually


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
