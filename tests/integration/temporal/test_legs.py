"""A fourth leg from outside, by a row in the table; and added under running bookings."""

from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.legs import LEGS, Leg
from saga.models import BookingOutcome, BookingPolicy, BookingStatus, BookVacationInput, LegStatus
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from tests.integration.conftest import Saga
from tests.suppliers import RecordingSupplier

INSURANCE = Leg("insurance", lambda booking: f"for {booking.book_user_id}")
WITH_INSURANCE = (*LEGS, INSURANCE)


@workflow.defn(name="BookingWorkflow")
class InsuredBooking(BookingWorkflow):
    """Four legs for every booking."""

    table = WITH_INSURANCE

    @workflow.init
    def __init__(self, booking: BookVacationInput) -> None:
        super().__init__(booking)

    @workflow.run
    async def run(self, booking: BookVacationInput) -> BookingOutcome:
        return await super().run(booking)


@workflow.defn(name="BookingWorkflow")
class InsuredFromNowOn(BookingWorkflow):
    """Four legs for bookings that start now, three for those that run already."""

    @workflow.init
    def __init__(self, booking: BookVacationInput) -> None:
        if workflow.patched("insurance"):
            self.table = WITH_INSURANCE
        super().__init__(booking)

    @workflow.run
    async def run(self, booking: BookVacationInput) -> BookingOutcome:
        return await super().run(booking)


def worker(client: Client, task_queue: str, kind: type, supplier: RecordingSupplier) -> Worker:
    suppliers = dict.fromkeys((leg.name for leg in WITH_INSURANCE), supplier)
    activities = booking_activities(suppliers, WITH_INSURANCE)
    return Worker(client, task_queue=task_queue, workflows=[kind], activities=activities)


def booking(flight: str = "f") -> BookVacationInput:
    return BookVacationInput(
        book_user_id="jane-1",
        book_car_id="c",
        book_hotel_id="h",
        book_flight_id=flight,
        policy=BookingPolicy(retry_interval=0.02),
    )


@pytest.fixture
def task_queue() -> str:
    return f"test-{uuid4().hex[:8]}"


async def test_a_fourth_leg_is_one_row_from_outside(temporal: Client, task_queue: str) -> None:
    supplier = RecordingSupplier()
    async with worker(temporal, task_queue, InsuredBooking, supplier):
        run = InsuredBooking.run
        name = f"test-{uuid4().hex}"
        outcome = await temporal.execute_workflow(run, booking(), id=name, task_queue=task_queue)

        assert [leg.leg for leg in outcome.legs] == ["car", "hotel", "flight", "insurance"]
        assert outcome.result.endswith("Booked insurance: for jane-1")
        assert supplier.keys == {f"{name}:{leg.name}" for leg in WITH_INSURANCE}

        async def refuse(_: SupplierCall) -> None:
            raise RuntimeError("not insurable")

        supplier.on["book insurance"] = refuse
        outcome = await temporal.execute_workflow(
            run, booking(), id=f"test-{uuid4().hex}", task_queue=task_queue
        )
    assert outcome.status is BookingStatus.CANCELLED
    assert supplier.calls[-4:] == ["undo insurance", "undo flight", "undo hotel", "undo car"]


async def test_bookings_that_run_while_the_workflow_changes_end_well(saga: Saga) -> None:
    """The recipe of CONTRIBUTING.md, "Change the workflow under running bookings"."""
    saga.be_patient(retry_interval=1, retry_interval_limit=1)
    old = await saga.start(hotel="down", attempts=100)
    await saga.supplier.begun("book hotel").wait()
    await saga.stop_worker()

    supplier = RecordingSupplier()
    async with worker(saga.client, saga.task_queue, InsuredFromNowOn, supplier):
        new = await saga.start()
        new_outcome = await new.result()
        await old.signal(BookingWorkflow.cancel, "no longer wanted")
        old_outcome = await old.result()

    assert [leg.leg for leg in new_outcome.legs] == ["car", "hotel", "flight", "insurance"]
    assert new_outcome.status is BookingStatus.BOOKED
    assert [leg.leg for leg in old_outcome.legs] == ["car", "hotel", "flight"]
    assert [leg.status for leg in old_outcome.legs] == [
        LegStatus.UNDONE,
        LegStatus.UNDONE,
        LegStatus.NOT_TRIED,
    ]
