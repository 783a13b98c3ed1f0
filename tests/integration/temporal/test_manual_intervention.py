"""Bookings with a leg that could not be undone: they wait for a person, and nothing forgets them."""

from temporalio.client import WorkflowExecutionStatus

from saga.errors import SupplierRefusedError
from saga.models import BookingOutcome, BookingStatus, LegStatus
from saga.open_bookings import entries
from saga.suppliers.supplier import SupplierCall
from saga.workflows import manual_intervention
from saga.workflows.booking import BookingWorkflow
from tests.integration.conftest import Handle, Saga
from tests.poll import eventually

NO_WAY_BACK = "RecordingSupplier.undo ({}) raised RuntimeError: no way back"
HOTEL = f"hotel h: {NO_WAY_BACK.format('hotel')}"


async def no_way_back(_: SupplierCall) -> None:
    raise RuntimeError("no way back")


async def known_outcome(handle: Handle) -> BookingOutcome:
    async def look() -> BookingOutcome | None:
        return await handle.query(BookingWorkflow.outcome)

    return await eventually("the outcome to be known", look)


async def on_the_list(saga: Saga, handle: Handle) -> bool:
    return handle.id in [entry.workflow_id async for entry in entries(saga.client)]


async def listed(saga: Saga, handle: Handle) -> str:
    async def look() -> str | None:
        found = [entry async for entry in entries(saga.client) if entry.workflow_id == handle.id]
        return found[0].legs if found else None

    return await eventually("the booking to be listed", look)


async def test_an_undo_that_fails_does_not_stop_the_others_and_asks_for_a_person(saga: Saga) -> None:
    saga.supplier.on["undo hotel"] = no_way_back
    handle = await saga.start(flight="invalid")
    outcome = await known_outcome(handle)

    assert saga.supplier.calls[3:] == ["undo flight", "undo hotel", "undo hotel", "undo car"]
    assert (outcome.status, outcome.revision) == (BookingStatus.FAILED, 1)
    assert [leg.status for leg in outcome.legs] == [
        LegStatus.UNDONE,
        LegStatus.UNDO_FAILED,
        LegStatus.REFUSED,
    ]
    assert await listed(saga, handle) == HOTEL
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_a_retry_that_succeeds_settles_it(saga: Saga) -> None:
    saga.supplier.on["undo hotel"] = no_way_back
    handle = await saga.start(flight="invalid")
    await listed(saga, handle)
    del saga.supplier.on["undo hotel"]
    await handle.signal(BookingWorkflow.retry_undo)
    outcome = await handle.result()

    assert (outcome.status, outcome.revision) == (BookingStatus.CANCELLED, 2)
    assert (outcome.legs[1].status, outcome.legs[1].error) == (LegStatus.UNDONE, None)
    assert saga.supplier.calls.count("undo car") == 1
    await eventually("the list to be empty", lambda: off(saga, handle))


async def test_a_retry_that_fails_leaves_it_on_the_list(saga: Saga) -> None:
    saga.supplier.on["undo hotel"] = saga.supplier.on["undo car"] = no_way_back
    handle = await saga.start(flight="invalid")
    assert await listed(saga, handle) == f"car c: {NO_WAY_BACK.format('car')}; {HOTEL}"
    del saga.supplier.on["undo car"]
    await handle.signal(BookingWorkflow.retry_undo)

    async def only_the_hotel() -> bool:
        return await listed(saga, handle) == HOTEL

    await eventually("the car to be off the list", only_the_hotel)
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_settled_by_hand_it_ends_cancelled_as_revision_two(saga: Saga) -> None:
    saga.supplier.on["undo hotel"] = no_way_back
    handle = await saga.start(flight="invalid")
    await listed(saga, handle)
    await handle.signal(BookingWorkflow.settle, "cancelled on the phone")
    outcome = await handle.result()

    assert (outcome.status, outcome.revision) == (BookingStatus.CANCELLED, 2)
    assert outcome.legs[1].error == "Settled by hand: cancelled on the phone"


async def test_an_undo_that_the_supplier_refuses_is_not_tried_again(saga: Saga) -> None:
    async def too_late(_: SupplierCall) -> None:
        raise SupplierRefusedError("Too late to undo")

    saga.supplier.on["undo car"] = too_late
    handle = await saga.start(hotel="invalid")
    outcome = await known_outcome(handle)

    assert saga.supplier.calls.count("undo car") == 1
    assert (outcome.legs[0].status, outcome.legs[0].error) == (LegStatus.UNDO_FAILED, "Too late to undo")


async def test_an_order_for_a_booking_that_needs_nobody_changes_nothing(saga: Saga) -> None:
    handle = await saga.start()
    await handle.signal(BookingWorkflow.settle, "by mistake")
    outcome = await handle.result()

    assert (outcome.status, outcome.revision) == (BookingStatus.BOOKED, 1)


async def test_a_booking_terminated_while_it_waits_stays_on_the_list(saga: Saga) -> None:
    saga.supplier.on["undo hotel"] = no_way_back
    handle = await saga.start(flight="invalid")
    await listed(saga, handle)
    await handle.terminate()

    assert await listed(saga, handle) == HOTEL
    await saga.client.get_workflow_handle(manual_intervention.entry_id(handle.id)).terminate()


async def off(saga: Saga, handle: Handle) -> bool:
    return not await on_the_list(saga, handle)
