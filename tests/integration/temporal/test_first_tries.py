"""First tries as local activities: what they do, and what comes while they run."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest
from temporalio.client import Client

from saga.activities import unfinished_calls
from saga.errors import SupplierUnavailableError
from saga.models import BookingInput, BookingStatus, ReasonCode
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from tests.integration.conftest import Handle
from tests.integration.temporal.first_tries import POLICY, TRIP, Fast, events, time_of
from tests.integration.temporal.plans import statuses
from tests.integration.temporal_workers import Answering, caller
from tests.poll import eventually
from voyage import Leg, Trip, devstack

ALL_BOOKED = ["book car", "book hotel", "book flight"]


@pytest.fixture
async def fast(servers: devstack.Servers, temporal: Client) -> AsyncIterator[Fast]:
    fast = Fast(servers.temporal_address, temporal)
    unfinished_calls.forget()
    async with asyncio.timeout(60), fast.worker():
        yield fast


async def test_a_booking_costs_one_workflow_task(fast: Fast) -> None:
    handle = await fast.start()
    outcome = await handle.result()

    assert outcome.result == "Booked car: c Booked hotel: h Booked flight: f"
    assert [leg.attempts for leg in outcome.legs] == [1, 1, 1]
    assert fast.supplier.calls == ALL_BOOKED
    assert await events(handle, "activity_task_scheduled") == 0
    assert await events(handle, "workflow_task_completed") == 1


async def test_a_call_that_takes_longer_goes_on_and_is_not_made_twice(fast: Fast) -> None:
    go_on = fast.supplier.hold("book hotel")
    handle = await fast.start(replace(TRIP, attempts=1, policy=replace(POLICY, fast_legs=0.1)))
    await eventually("the ordinary try", lambda: events(handle, "activity_task_scheduled"))
    go_on.set()
    outcome = await handle.result()

    assert outcome.status is BookingStatus.BOOKED
    assert [leg.attempts for leg in outcome.legs] == [1, 1, 1]
    assert fast.supplier.calls == ALL_BOOKED


async def test_a_slow_supplier_is_asked_by_ordinary_tries_until_it_is_fast_again(fast: Fast) -> None:
    policy = replace(POLICY, fast_legs=0.3)
    for hotel, ordinary in (("slow", 1), ("slow", 1), ("h", 1), ("h", 0)):
        handle = await fast.start(replace(TRIP, book_hotel_id=hotel, policy=policy))
        await handle.result()
        assert await events(handle, "activity_task_scheduled") == ordinary
    assert fast.supplier.calls == ALL_BOOKED * 4


async def test_tries_are_counted_on(fast: Fast) -> None:
    numbers: list[int] = []

    async def down(call: SupplierCall) -> None:
        numbers.append(call.attempt)
        if call.attempt < 4:
            raise SupplierUnavailableError(f"Closed {call.attempt}")

    fast.supplier.on["book hotel"] = down
    outcome = await (await fast.start(replace(TRIP, attempts=4))).result()

    assert numbers == [1, 2, 3, 4]
    assert outcome.legs[1].attempts == 4
    assert outcome.status is BookingStatus.BOOKED


@pytest.mark.parametrize("attempts", [1, 3])
async def test_a_leg_that_can_not_be_had_tells_its_tries_and_its_error(fast: Fast, attempts: int) -> None:
    outcome = await (await fast.start(replace(TRIP, book_hotel_id="down", attempts=attempts))).result()

    assert statuses(outcome) == ["car undone", "hotel undone", "flight not_tried"]
    assert outcome.legs[1].attempts == fast.supplier.calls.count("book hotel") == attempts
    assert outcome.legs[1].error == "Hotel service is down"
    assert outcome.reason
    assert outcome.reason.code is ReasonCode.UNAVAILABLE


async def test_a_pause_that_the_supplier_asks_for_is_kept_and_a_cancel_ends_it(fast: Fast) -> None:
    async def closed(_: SupplierCall) -> None:
        raise SupplierUnavailableError("Closed", retry_after=60)

    fast.supplier.on["book hotel"] = closed
    handle = await fast.start()
    await eventually("the pause", lambda: events(handle, "timer_started"))
    await handle.signal(BookingWorkflow.cancel, "ill")
    outcome = await handle.result()

    assert statuses(outcome) == ["car undone", "hotel undone", "flight not_tried"]
    assert (outcome.legs[1].attempts, outcome.legs[1].error) == (1, "Closed")
    assert fast.supplier.calls.count("book hotel") == 1


async def test_undos_are_first_tried_so_once_the_bookings_are_recorded(fast: Fast) -> None:
    handle = await fast.start(replace(TRIP, book_flight_id="invalid"))
    outcome = await handle.result()

    assert statuses(outcome) == ["car undone", "hotel undone", "flight refused"]
    assert fast.supplier.calls == [*ALL_BOOKED, "undo flight", "undo hotel", "undo car"]
    assert await events(handle, "activity_task_scheduled") == 1


async def test_the_tries_of_an_undo_are_counted_on(fast: Fast) -> None:
    numbers: list[int] = []

    async def down(call: SupplierCall) -> None:
        numbers.append(call.attempt)
        if call.attempt < 2:
            raise SupplierUnavailableError("Closed")

    fast.supplier.on["undo car"] = down
    outcome = await (await fast.start(replace(TRIP, book_flight_id="invalid"))).result()

    assert numbers == [1, 2]
    assert outcome.status is BookingStatus.CANCELLED


@pytest.mark.parametrize("how", ["a message", "Temporal"])
async def test_a_cancel_waits_for_a_first_try_no_longer_than_its_limit(fast: Fast, how: str) -> None:
    go_on = fast.supplier.hold("book hotel")
    handle = await fast.start(replace(TRIP, policy=replace(POLICY, fast_legs=0.5)))
    await fast.supplier.begun("book hotel").wait()
    if how == "a message":
        await handle.signal(BookingWorkflow.cancel, "ill")
    else:
        await handle.cancel()
    await eventually("the cancel", lambda: events(handle, "activity_task_cancel_requested"))
    assert not any(call.startswith("undo") for call in fast.supplier.calls)
    go_on.set()
    outcome = await handle.result()

    assert statuses(outcome) == ["car undone", "hotel undone", "flight not_tried"]
    assert outcome.legs[1].reference


async def test_the_deadline_ends_a_first_try_in_time(fast: Fast) -> None:
    go_on = fast.supplier.hold("book hotel")
    deadline = datetime.now(UTC) + timedelta(seconds=8)
    policy = replace(POLICY, fast_legs=5, undo_budget=4)
    handle = await fast.start(replace(TRIP, deadline=deadline, policy=policy))
    await eventually("the deadline", lambda: events(handle, "activity_task_cancel_requested"))
    assert await time_of(handle, "activity_task_cancel_requested") < deadline
    go_on.set()
    outcome = await handle.result()

    assert statuses(outcome) == ["car undone", "hotel undone", "flight not_tried"]


async def test_a_cancel_between_the_last_answer_and_the_end_of_its_task_undoes_all(fast: Fast) -> None:
    async def cancel(call: SupplierCall) -> None:
        await fast.client.get_workflow_handle(call.booking).signal("cancel", "ill")

    fast.supplier.on["book flight"] = cancel
    outcome = await (await fast.start()).result()

    assert statuses(outcome) == ["car undone", "hotel undone", "flight undone"]


async def test_whoever_is_answered_by_the_worker_is_told_what_is_recorded_and_only_that(fast: Fast) -> None:
    here, elsewhere = Answering(), Answering()

    async def cancel(call: SupplierCall) -> None:
        await fast.client.get_workflow_handle(call.booking).signal("cancel", "ill")

    fast.supplier.on["book flight"] = cancel
    fast.task_queue += "-answering"
    async with fast.answering(here), fast.replies(elsewhere):
        handle = await fast.start(replace(TRIP, reply=caller("first")))
        assert (await handle.result()).status is BookingStatus.BOOKED

    assert here.given == [("first", BookingStatus.BOOKED, False)]
    assert elsewhere.given == []


async def test_a_first_task_that_is_done_anew_tells_nobody_something_else(fast: Fast) -> None:
    """It was cancelled before anything was tried, which another attempt at the task can't know."""

    async def join(handle: Handle) -> None:
        await handle.signal(BookingWorkflow.join, caller("second"))

    here, elsewhere = Answering(meanwhile=join), Answering()
    fast.task_queue += "-answering"
    async with fast.answering(here), fast.replies(elsewhere):
        trip = replace(TRIP, reply=caller("first"))
        handle = await fast.start(trip, start_signal="cancel", start_signal_args=["ill"])
        outcome = await handle.result()

    told = [*here.outcomes, *elsewhere.outcomes]
    assert {who for who, *_ in (*here.given, *elsewhere.given)} == {"first", "second"}
    assert all(one.legs == outcome.legs for one in told)


class Safari(Trip):
    jeep: Annotated[str, Leg()]
    lodge: Annotated[str, Leg(together="stay")]
    guide: Annotated[str, Leg(together="stay")]
    voucher: Annotated[str, Leg(undo=False)]


def safari(guide: str = "g", *more: Any) -> BookingInput:
    plan: list[Any] = [
        {"name": "jeep", "item": "j"},
        {"name": "lodge", "item": "l", "together": "stay"},
        {"name": "guide", "item": guide, "together": "stay"},
        *more,
        {"name": "voucher", "item": "v", "undo": False},
    ]
    return BookingInput(book_user_id="jane-1", plan=plan, policy=POLICY)


async def test_a_group_is_tried_at_once_and_what_can_not_be_undone_never_so(fast: Fast) -> None:
    fast.task_queue, fast.trip = f"{fast.task_queue}-safari", Safari
    waiting = [fast.supplier.hold(f"book {leg}") for leg in ("lodge", "guide")]
    async with fast.worker():
        handle = await fast.start(safari())
        for leg in ("lodge", "guide"):
            await fast.supplier.begun(f"book {leg}").wait()
        for go_on in waiting:
            go_on.set()
        outcome = await handle.result()

    assert outcome.status is BookingStatus.BOOKED
    assert await events(handle, "activity_task_scheduled") == 1


async def test_one_of_a_group_that_is_refused_lets_the_call_of_the_other_end(fast: Fast) -> None:
    fast.task_queue, fast.trip = f"{fast.task_queue}-safari", Safari
    go_on = fast.supplier.hold("book lodge")
    async with fast.worker():
        handle = await fast.start(safari(guide="invalid"))
        await eventually("the ordinary try", lambda: events(handle, "activity_task_scheduled"))
        assert not any(call.startswith("undo") for call in fast.supplier.calls)
        go_on.set()
        outcome = await handle.result()

    assert statuses(outcome) == ["jeep undone", "lodge undone", "guide refused", "voucher not_tried"]
    assert outcome.legs[1].reference
    assert fast.supplier.calls.count("book lodge") == 1


async def test_a_leg_that_this_worker_lacks_goes_to_one_that_has_it(fast: Fast) -> None:
    class Balloon(Trip):
        balloon: Annotated[str, Leg()]

    fast.task_queue, fast.trip = f"{fast.task_queue}-safari", Safari
    async with fast.worker():
        handle = await fast.start(safari("g", {"name": "balloon", "item": "b"}))
        await eventually("the wait", lambda: events(handle, "activity_task_failed"))
        fast.trip = Balloon
        async with fast.worker():
            outcome = await handle.result()

    assert outcome.status is BookingStatus.BOOKED
    assert [leg.attempts for leg in outcome.legs] == [1, 1, 1, 1, 1]


async def test_a_booking_that_an_earlier_worker_began_goes_on_in_its_way(
    servers: devstack.Servers, temporal: Client
) -> None:
    fast = Fast(servers.temporal_address, temporal)
    go_on = fast.supplier.hold("book hotel")
    async with asyncio.timeout(60):
        async with fast.worker(patch_activation_callback=lambda _: False, max_cached_workflows=0):
            handle = await fast.start()
            await eventually("the hotel's call", lambda: fast.supplier.begun("book hotel").is_set())
        go_on.set()
        async with fast.worker():
            outcome = await handle.result()

    assert outcome.status is BookingStatus.BOOKED
    assert await events(handle, "activity_task_scheduled") == 3
