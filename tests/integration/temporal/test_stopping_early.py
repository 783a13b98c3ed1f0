"""Bookings that are cancelled or run out of time, on a real Temporal server."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.models import BookingStatus, LegStatus, ReasonCode
from saga.workflows.booking import BookingWorkflow
from tests.integration.conftest import Handle, Saga
from tests.poll import eventually
from voyage.trips.tutorial import BookingRequest


@pytest.mark.parametrize("door", ["signal", "temporal"])
async def test_a_cancel_lets_the_running_call_end_then_undoes_it(saga: Saga, door: str) -> None:
    go_on = saga.supplier.hold("book hotel")
    handle = await saga.start()
    await saga.supplier.begun("book hotel").wait()
    await (handle.signal(BookingWorkflow.cancel, "changed my mind") if door == "signal" else handle.cancel())
    go_on.set()
    outcome = await handle.result()

    assert saga.supplier.calls == ["book car", "book hotel", "undo hotel", "undo car"]
    assert outcome.status is BookingStatus.CANCELLED
    assert outcome.reason
    assert outcome.reason.code is ReasonCode.CANCELLED_BY_REQUEST


async def test_a_cancel_that_comes_together_with_the_end_of_a_leg_begins_no_other(saga: Saga) -> None:
    def booker() -> Worker:
        return Worker(saga.client, task_queue=queue, workflows=[BookingWorkflow], max_cached_workflows=0)

    await saga.stop_worker()
    queue = saga.task_queue = f"{saga.task_queue}-apart"
    go_on = saga.supplier.hold("book hotel")
    activities = booking_activities(dict.fromkeys(BookingRequest.declared_legs, saga.supplier))
    async with Worker(saga.client, task_queue=queue, activities=activities):
        async with booker():
            handle = await saga.start()
            await saga.supplier.begun("book hotel").wait()
        await handle.cancel()  # while nobody does workflow tasks, so that one will have both
        go_on.set()
        await eventually("the end of the hotel's call", lambda: nothing_pending(handle))
        async with booker():
            outcome = await handle.result()

    assert saga.supplier.calls == ["book car", "book hotel", "undo hotel", "undo car"]
    assert [leg.status for leg in outcome.legs] == [LegStatus.UNDONE, LegStatus.UNDONE, LegStatus.NOT_TRIED]


async def nothing_pending(handle: Handle) -> bool:
    return not (await handle.describe()).raw_description.pending_activities


async def test_a_cancel_during_the_undo_does_not_cut_it_short(saga: Saga) -> None:
    go_on = saga.supplier.hold("undo hotel")
    handle = await saga.start(hotel="invalid")
    await saga.supplier.begun("undo hotel").wait()
    await handle.cancel()
    await handle.cancel()
    go_on.set()
    outcome = await handle.result()

    assert saga.supplier.calls[-1] == "undo car"
    assert outcome.reason
    assert outcome.reason.code is ReasonCode.REFUSED


async def test_a_deadline_stops_the_tries_in_time_to_undo(saga: Saga) -> None:
    saga.be_patient(retry_interval=0.2, retry_interval_limit=0.2, undo_budget=1)
    deadline = datetime.now(UTC) + timedelta(seconds=5)
    outcome = await (await saga.start(hotel="down", attempts=100, deadline=deadline)).result()

    assert outcome.status is BookingStatus.CANCELLED
    assert outcome.reason
    assert outcome.reason.code is ReasonCode.DEADLINE
    assert saga.supplier.calls[-2:] == ["undo hotel", "undo car"]
    assert saga.supplier.calls.count("book hotel") < 100


async def test_a_deadline_already_past_books_nothing(saga: Saga) -> None:
    outcome = await (await saga.start(deadline=datetime.now(UTC) - timedelta(seconds=1))).result()

    assert saga.supplier.calls == []
    assert outcome.status is BookingStatus.CANCELLED
    assert {leg.status for leg in outcome.legs} == {LegStatus.NOT_TRIED}
