"""Suppliers whose code does what none should: each booking ends with an answer, and is undone."""

from dataclasses import replace
from typing import Any

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.service import RPCError
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.errors import SupplierRefusedError
from saga.models import BookingStatus, BookVacationInput, LegStatus, ReasonCode
from saga.suppliers.supplier import SupplierCall
from saga.workflows import manual_intervention
from saga.workflows.booking import BookingWorkflow
from tests.integration.conftest import Saga
from tests.poll import eventually
from voyage.trips.tutorial import BookingRequest

UNHANDLED_COMMAND = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
WIDE = "\N{OPEN FILE FOLDER}" * 200
"""The longest item that the contract takes, of characters that take the most bytes."""


@pytest.mark.parametrize(
    "answer", [None, 12345, "", "5" * 5_000_000, "\ud800", {"a": 1}], ids=lambda answer: repr(answer)[:12]
)
async def test_what_is_no_reference_is_undone_and_answered(saga: Saga, answer: Any) -> None:
    saga.supplier.answers["hotel"] = answer
    handle = await saga.start(attempts=2)
    outcome = await handle.result()

    assert outcome.status is BookingStatus.CANCELLED
    assert outcome.reason
    assert (outcome.reason.code, outcome.reason.leg) == (ReasonCode.UNAVAILABLE, "hotel")
    assert "RecordingSupplier.book (hotel) answered without a reference" in outcome.reason.message
    assert (outcome.legs[1].status, outcome.legs[1].attempts) == (LegStatus.UNDONE, 2)
    assert saga.supplier.calls[-2:] == ["undo hotel", "undo car"]
    assert await failed_tasks(handle) == []


@pytest.mark.parametrize(
    "error",
    [RuntimeError("No. " * 1_250_000), SystemExit(3), KeyboardInterrupt()],
    ids=lambda e: type(e).__name__,
)
async def test_what_it_raises_reaches_the_client_cut(saga: Saga, error: BaseException) -> None:
    async def fail(_: SupplierCall) -> None:
        raise error

    saga.supplier.on["book hotel"] = fail
    handle = await saga.start(attempts=2)
    outcome = await handle.result()

    assert outcome.reason
    said = f"RecordingSupplier.book (hotel) raised {type(error).__name__}: {str(error)[:400]}".removesuffix(
        ": "
    )
    assert outcome.reason.message.startswith(said)
    assert len(outcome.reason.message) < 700
    assert saga.supplier.calls[-2:] == ["undo hotel", "undo car"]
    assert await failed_tasks(handle) == []


async def test_the_longest_items_and_texts_fit_what_temporal_takes(saga: Saga) -> None:
    async def fail(_: SupplierCall) -> None:
        raise RuntimeError("\N{OPEN FILE FOLDER}" * 5_000)

    for name in ("book flight", "undo car", "undo hotel", "undo flight"):
        saga.supplier.on[name] = fail
    trip = BookVacationInput(
        book_user_id=WIDE,
        book_car_id=WIDE,
        book_hotel_id=WIDE,
        book_flight_id=WIDE,
        attempts=1,
        policy=replace(saga.policy, undo_attempts=1),
    )
    handle = await saga.client.start_workflow(
        BookingWorkflow.run, trip, id=f"{saga.task_queue}-wide", task_queue=saga.task_queue
    )
    entry = saga.client.get_workflow_handle(manual_intervention.entry_id(handle.id))
    await eventually("the booking to be listed", lambda: exists(entry))
    await handle.signal(BookingWorkflow.settle, "by hand")
    outcome = await handle.result()

    assert [leg.status for leg in outcome.legs] == [LegStatus.UNDONE] * 3
    assert await failed_tasks(handle) == []
    assert await failed_tasks(entry) == []


@pytest.mark.parametrize("answer", [{"reference": 12345, "attempts": 1}, {"reference": None}, None, 7])
async def test_a_booking_that_an_earlier_worker_left_such_an_answer_goes_on(saga: Saga, answer: Any) -> None:
    @activity.defn(name="book_hotel")
    async def unchecked(_: BookVacationInput) -> Any:
        return answer

    await saga.stop_worker()
    queue = saga.task_queue = f"{saga.task_queue}-mixed"
    activities = booking_activities(dict.fromkeys(BookingRequest.declared_legs, saga.supplier))
    ours = [one for one in activities if activity._Definition.must_from_callable(one).name != "book_hotel"]  # noqa: SLF001
    async with Worker(
        saga.client, task_queue=queue, workflows=[BookingWorkflow], activities=[*ours, unchecked]
    ):
        handle = await saga.start()
        outcome = await handle.result()

    assert outcome.reason
    assert outcome.reason.message == "The supplier answered without a reference"
    assert saga.supplier.calls == ["book car", "undo hotel", "undo car"]
    assert [leg.status for leg in outcome.legs[:2]] == [LegStatus.UNDONE] * 2
    assert await failed_tasks(handle) == []


async def test_a_signal_of_a_megabyte_does_not_make_the_outcome_as_large(saga: Saga) -> None:
    saga.supplier.on["undo car"] = refuse
    go_on = saga.supplier.hold("book car")
    handle = await saga.start()
    await saga.supplier.begun("book car").wait()
    await handle.signal(BookingWorkflow.cancel, "ill " * 400_000)
    go_on.set()
    await eventually("the outcome", lambda: handle.query(BookingWorkflow.outcome))
    await handle.signal(BookingWorkflow.settle, "done " * 300_000)
    outcome = await handle.result()

    assert outcome.reason
    assert outcome.reason.message.startswith("ill ill")
    assert all(len(text or "") < 2_100 for text in (outcome.reason.message, outcome.legs[0].error))
    assert await failed_tasks(handle) == []


async def refuse(_: SupplierCall) -> None:
    raise SupplierRefusedError("No way back")


async def failed_tasks(handle: Any) -> list[str]:
    """Why workflow tasks failed, but for those that a signal at their end made the server ask for anew."""
    failed = [event.workflow_task_failed_event_attributes for event in (await handle.fetch_history()).events]
    return [str(task) for task in failed if task.cause not in {0, UNHANDLED_COMMAND}]


async def exists(handle: Any) -> bool:
    try:
        await handle.describe()
    except RPCError:
        return False
    return True
