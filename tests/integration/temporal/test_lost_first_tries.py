"""A kill during or after first tries: their task is lost, and done anew, perhaps with a stop in front of it.

`docs/failure-modes.md` has a table of these moments.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from saga.models import BookingStatus, LegStatus, ReasonCode
from saga.workflows.booking import BookingWorkflow
from saga.workflows.history_reader import reconstruct_outcome
from tests.integration.conftest import Handle
from tests.integration.temporal.first_tries import POLICY, TRIP, Fast
from tests.integration.temporal.plans import statuses
from tests.poll import eventually
from voyage import devstack

ROOT = Path(__file__).parents[3]
SOON = timedelta(seconds=3)
"""After which Temporal gives a workflow task to another worker."""
ALL_BOOKED = ["book car", "book hotel", "book flight"]
ALL_UNDONE = ["car undone", "hotel undone", "flight undone"]


@pytest.fixture
def fast(servers: devstack.Servers, temporal: Client) -> Fast:
    return Fast(servers.temporal_address, temporal)


@asynccontextmanager
async def silent_from(fast: Fast, leg: str) -> AsyncIterator[None]:
    """A worker that is killed at the end of the block, which begins when it is asked for this leg."""
    command = (
        sys.executable,
        "-m",
        "tests.integration.temporal.doomed_worker",
        fast.address,
        fast.task_queue,
    )
    worker = await asyncio.create_subprocess_exec(*command, leg, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert worker.stdout
    try:
        while (said := await worker.stdout.readline()) != f"asked for {leg}\n".encode():
            assert said
        yield
    finally:
        worker.send_signal(signal.SIGKILL)
        await worker.wait()


@pytest.mark.parametrize("leg", ["car", "flight"])
async def test_the_calls_of_a_lost_task_are_made_again_under_the_same_keys(fast: Fast, leg: str) -> None:
    handle = await fast.start(task_timeout=SOON)
    async with silent_from(fast, leg):
        pass
    async with asyncio.timeout(30), fast.worker():
        outcome = await handle.result()

    assert outcome.status is BookingStatus.BOOKED
    assert [one.attempts for one in outcome.legs] == [1, 1, 1]
    assert fast.supplier.calls == ALL_BOOKED
    assert fast.supplier.keys == {f"{handle.id}:{one.leg}" for one in outcome.legs}


@pytest.mark.parametrize("how", ["by message", "the deadline"])
async def test_a_stop_in_front_of_a_lost_task_undoes_what_it_may_have_booked(fast: Fast, how: str) -> None:
    deadline = datetime.now(UTC) + timedelta(seconds=10) if how == "the deadline" else None
    policy = replace(POLICY, undo_budget=0.0)
    handle = await fast.start(replace(TRIP, deadline=deadline, policy=policy), task_timeout=SOON)
    async with silent_from(fast, "flight"):
        pass
    if deadline:
        await asyncio.sleep(max((deadline - datetime.now(UTC)).total_seconds(), 0))
    else:
        await handle.signal(BookingWorkflow.cancel, "ill")
    async with asyncio.timeout(30), fast.worker():
        outcome = await handle.result()

    assert statuses(outcome) == ALL_UNDONE
    assert sorted(fast.supplier.calls) == ["undo car", "undo flight", "undo hotel"]
    assert outcome.reason
    assert outcome.reason.code is (ReasonCode.DEADLINE if deadline else ReasonCode.CANCELLED_BY_REQUEST)


async def test_a_leg_that_fails_when_it_is_tried_again_undoes_those_after_it_too(fast: Fast) -> None:
    handle = await fast.start(replace(TRIP, attempts=1), task_timeout=SOON)
    async with silent_from(fast, "flight"):
        pass

    async def down(_: object) -> None:
        raise RuntimeError("down")

    fast.supplier.on["book car"] = down
    async with asyncio.timeout(30), fast.worker():
        outcome = await handle.result()

    assert statuses(outcome) == ALL_UNDONE


async def test_a_cancel_in_front_of_a_task_that_was_not_lost_undoes_nothing(fast: Fast) -> None:
    handle = await fast.start()
    await handle.signal(BookingWorkflow.cancel, "ill")
    async with asyncio.timeout(30), fast.worker():
        outcome = await handle.result()

    assert statuses(outcome) == ["car not_tried", "hotel not_tried", "flight not_tried"]
    assert fast.supplier.calls == []


async def test_a_deadline_that_has_passed_before_the_first_task_undoes_nothing(fast: Fast) -> None:
    handle = await fast.start(replace(TRIP, deadline=datetime.now(UTC) - timedelta(seconds=1)))
    async with asyncio.timeout(30), fast.worker():
        outcome = await handle.result()

    assert statuses(outcome) == ["car not_tried", "hotel not_tried", "flight not_tried"]


async def test_a_killed_fallback_is_a_try_as_ever(fast: Fast) -> None:
    handle = await fast.start(replace(TRIP, policy=replace(POLICY, fast_legs=0.2)))
    async with silent_from(fast, "hotel"):
        await eventually("the ordinary call", lambda: pending(handle))
    async with asyncio.timeout(30), fast.worker():
        outcome = await handle.result()

    assert outcome.status is BookingStatus.BOOKED
    assert [one.attempts for one in outcome.legs] == [1, 2, 1]
    assert fast.supplier.calls == ["book hotel", "book flight"]


@pytest.mark.parametrize("lost", [True, False])
async def test_a_booking_terminated_in_a_first_try_does_not_know_its_legs(fast: Fast, lost: bool) -> None:  # noqa: FBT001 -- pytest's
    handle = await fast.start(task_timeout=SOON)
    async with silent_from(fast, "flight"):
        if not lost:
            await handle.terminate("by hand")
    if lost:
        await eventually("the loss to be noticed", lambda: times_out(handle))
        await handle.terminate("by hand")
    outcome = await reconstructed(fast, handle)

    assert outcome == ["car unknown", "hotel unknown", "flight unknown"]


async def test_a_booking_terminated_in_a_fallback_knows_what_was_recorded(fast: Fast) -> None:
    handle = await fast.start(replace(TRIP, policy=replace(POLICY, fast_legs=0.2)))
    async with silent_from(fast, "hotel"):
        await eventually("the ordinary call", lambda: pending(handle))
        await handle.terminate("by hand")

    assert await reconstructed(fast, handle) == ["car booked", "hotel unknown", "flight not_tried"]


async def test_a_booking_terminated_before_its_first_task_tried_nothing(fast: Fast) -> None:
    handle = await fast.start()
    await handle.terminate("by hand")

    assert await reconstructed(fast, handle) == ["car not_tried", "hotel not_tried", "flight not_tried"]


async def test_a_booking_cancelled_in_temporal_after_a_lost_task_does_not_know_its_legs(fast: Fast) -> None:
    handle = await fast.start(task_timeout=SOON)
    async with silent_from(fast, "hotel"):
        pass
    await handle.cancel()
    async with asyncio.timeout(30), fast.worker():
        await eventually("its end", lambda: ended(handle))
        history = await handle.fetch_history()
    if history.events[-1].HasField("workflow_execution_canceled_event_attributes"):
        outcome = await reconstruct_outcome(history, fast.client.data_converter, "canceled")
    else:
        outcome = await handle.result()

    assert LegStatus.NOT_TRIED not in {leg.status for leg in outcome.legs}


async def reconstructed(fast: Fast, handle: Handle) -> list[str]:
    history = await handle.fetch_history()
    outcome = await reconstruct_outcome(history, fast.client.data_converter, "terminated")
    assert outcome.status is BookingStatus.FAILED
    return statuses(outcome)


async def pending(handle: Handle) -> bool:
    return bool((await handle.describe()).raw_description.pending_activities)


async def ended(handle: Handle) -> bool:
    return (await handle.describe()).close_time is not None


async def times_out(handle: Handle) -> bool:
    events = (await handle.fetch_history()).events
    return any(event.HasField("workflow_task_timed_out_event_attributes") for event in events)
