"""`attempts` of a leg counts the tries that were made, whenever a booking is stopped and whoever dies."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client

from saga.errors import SupplierUnavailableError
from saga.models import BookingStatus, LegStatus
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from tests.integration.conftest import Handle, Saga
from tests.poll import eventually

SCHEDULED = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
CANCEL_REQUESTED = PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED
ROOT = Path(__file__).parents[3]
Cancel = Callable[[Handle], Awaitable[None]]


async def by_message(handle: Handle) -> None:
    await handle.signal(BookingWorkflow.cancel, "ill")


async def in_temporal(handle: Handle) -> None:
    await handle.cancel()


def holding(saga: Saga, attempt: int) -> tuple[asyncio.Event, asyncio.Event]:
    """The hotel fails; on this try only when the second event is set, after it has set the first."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def fail(call: SupplierCall) -> None:
        if call.attempt == attempt:
            begun.set()
            await go_on.wait()
        raise SupplierUnavailableError("Closed")

    saga.supplier.on["book hotel"] = fail
    return begun, go_on


@pytest.mark.parametrize("cancel", [by_message, in_temporal])
@pytest.mark.parametrize("attempt", [1, 3])
async def test_a_try_that_fails_after_the_cancel_counts(saga: Saga, cancel: Cancel, attempt: int) -> None:
    begun, go_on = holding(saga, attempt)
    handle = await saga.start(attempts=9)
    await begun.wait()
    await cancel(handle)
    await eventually("the cancel to reach the try", lambda: pending(handle, attempt, CANCEL_REQUESTED))
    go_on.set()
    outcome = await handle.result()

    assert outcome.legs[1].attempts == saga.supplier.calls.count("book hotel") == attempt
    assert outcome.legs[1].status is LegStatus.UNDONE


@pytest.mark.parametrize("cancel", [by_message, in_temporal])
async def test_a_cancel_between_two_tries_finds_those_that_were_made(saga: Saga, cancel: Cancel) -> None:
    async def closed(call: SupplierCall) -> None:
        raise SupplierUnavailableError("Closed", retry_after=0.05 if call.attempt < 3 else 60)

    saga.supplier.on["book hotel"] = closed
    handle = await saga.start(attempts=9)
    await eventually("the pause after the third try", lambda: pending(handle, 4, SCHEDULED))
    await cancel(handle)
    outcome = await handle.result()

    assert outcome.legs[1].attempts == saga.supplier.calls.count("book hotel") == 3
    assert outcome.status is BookingStatus.CANCELLED


async def test_a_deadline_between_two_tries_finds_those_that_were_made(saga: Saga) -> None:
    saga.be_patient(retry_interval=0.2, retry_interval_limit=0.4, undo_budget=1)
    deadline = datetime.now(UTC) + timedelta(seconds=5)
    outcome = await (await saga.start(hotel="down", attempts=100, deadline=deadline)).result()

    assert outcome.legs[1].attempts == saga.supplier.calls.count("book hotel") > 1


async def test_a_try_whose_worker_was_killed_counts(saga: Saga, temporal: Client) -> None:
    saga.be_patient(heartbeat_timeout=4)
    queue = saga.task_queue = f"{saga.task_queue}-doomed"
    address = temporal.service_client.config.target_host
    command = (sys.executable, "-m", "tests.integration.suppliers.doomed_worker", address, queue)
    doomed = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    try:
        handle = await saga.start(attempts=9)
        await eventually("the second try", lambda: pending(handle, 2, STARTED))
    finally:
        doomed.send_signal(signal.SIGKILL)
        await doomed.wait()
    await handle.signal(BookingWorkflow.cancel, "ill")
    async with saga.another_worker(queue):
        outcome = await handle.result()

    assert (outcome.legs[1].status, outcome.legs[1].attempts) == (LegStatus.UNDONE, 2)
    assert saga.supplier.calls == ["undo hotel", "undo car"]


async def pending(handle: Handle, attempt: int, state: int) -> bool:
    described = (await handle.describe()).raw_description.pending_activities
    return ("book_hotel", attempt, state) in [
        (found.activity_type.name, found.attempt, found.state) for found in described
    ]
