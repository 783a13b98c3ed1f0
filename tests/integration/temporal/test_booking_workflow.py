"""The saga on a real Temporal server, in the SDK's sandbox, which finds what is not deterministic."""

import asyncio

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from saga.models import BookingStatus, LegStatus, ReasonCode
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from tests.integration.conftest import Saga
from tests.poll import eventually


async def test_books_car_hotel_flight_in_order(saga: Saga) -> None:
    outcome = await (await saga.start()).result()

    assert saga.supplier.calls == ["book car", "book hotel", "book flight"]
    assert outcome.status is BookingStatus.BOOKED
    assert outcome.result == "Booked car: c Booked hotel: h Booked flight: f"
    assert [leg.status for leg in outcome.legs] == [LegStatus.BOOKED] * 3


async def test_a_late_refusal_undoes_everything_in_reverse_the_refused_leg_included(saga: Saga) -> None:
    outcome = await (await saga.start(flight="invalid-flight")).result()

    assert saga.supplier.calls[3:] == ["undo flight", "undo hotel", "undo car"]
    assert outcome.status is BookingStatus.CANCELLED
    assert [leg.status for leg in outcome.legs] == [LegStatus.UNDONE, LegStatus.UNDONE, LegStatus.REFUSED]
    assert outcome.reason
    assert outcome.reason.code is ReasonCode.REFUSED
    assert outcome.reason.message == "Invalid flight booking, rolling back!"


async def test_a_refusal_is_not_retried_and_later_legs_are_not_tried(saga: Saga) -> None:
    outcome = await (await saga.start(hotel="invalid-hotel", attempts=5)).result()

    assert saga.supplier.calls == ["book car", "book hotel", "undo hotel", "undo car"]
    assert outcome.legs[1].attempts == 1
    assert outcome.legs[2].status is LegStatus.NOT_TRIED


async def test_flaky_with_five_attempts_succeeds_on_the_fifth(saga: Saga) -> None:
    outcome = await (await saga.start(hotel="flaky-hotel", attempts=5)).result()

    assert saga.supplier.calls.count("book hotel") == 5
    assert outcome.status is BookingStatus.BOOKED
    assert outcome.legs[1].attempts == 5


async def test_down_with_three_attempts_cancels_after_three(saga: Saga) -> None:
    outcome = await (await saga.start(hotel="down-hotel", attempts=3)).result()

    assert saga.supplier.calls.count("book hotel") == 3
    assert outcome.status is BookingStatus.CANCELLED
    assert outcome.legs[1].status is LegStatus.UNDONE
    assert outcome.legs[1].attempts == 3
    assert outcome.reason
    assert (outcome.reason.code, outcome.reason.leg) == (ReasonCode.UNAVAILABLE, "hotel")
    assert outcome.reason.message == "Hotel service is down"


async def test_a_step_that_timed_out_is_undone_since_it_may_have_booked(saga: Saga) -> None:
    async def silence(_: SupplierCall) -> None:
        await asyncio.Event().wait()

    saga.supplier.on["book hotel"] = silence
    saga.be_patient(try_timeout=0.2)
    outcome = await (await saga.start(attempts=2)).result()

    assert saga.supplier.calls == ["book car", "book hotel", "book hotel", "undo hotel", "undo car"]
    assert outcome.legs[1].status is LegStatus.UNDONE
    assert outcome.legs[1].error == "No answer within 0.2 s"


async def test_every_call_for_a_leg_carries_the_same_key(saga: Saga) -> None:
    handle = await saga.start(hotel="down", attempts=3)
    await handle.result()

    assert saga.supplier.keys == {f"{handle.id}:car", f"{handle.id}:hotel"}


async def test_a_query_tells_the_state_of_each_leg_while_it_runs(saga: Saga) -> None:
    go_on = saga.supplier.hold("book hotel")
    handle = await saga.start()
    await saga.supplier.begun("book hotel").wait()
    legs = await handle.query(BookingWorkflow.legs)
    go_on.set()

    assert [leg.status for leg in legs] == [LegStatus.BOOKED, LegStatus.UNKNOWN, LegStatus.NOT_TRIED]
    assert (await handle.result()).status is BookingStatus.BOOKED


async def test_attempts_below_one_fail_with_a_clear_error(saga: Saga) -> None:
    with pytest.raises(WorkflowFailureError) as failed:
        await (await saga.start(attempts=0)).result()

    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.message == "attempts must be 1 or more"


async def test_summaries_read_well_in_temporals_ui(saga: Saga) -> None:
    handle = await saga.start(hotel="invalid-hotel")
    await handle.result()

    async def summaries() -> list[str]:
        history = await handle.fetch_history()
        return [
            event.user_metadata.summary.data.decode().strip('"')
            for event in history.events
            if event.HasField("activity_task_scheduled_event_attributes")
        ]

    assert await eventually("the history to be complete", summaries) == [
        "Book car c",
        "Book hotel invalid-hotel",
        "Undo hotel invalid-hotel",
        "Undo car c",
    ]
