"""A trip that is declared anew under running bookings: each ends by the plan with which it began."""

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import Annotated

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from saga.models import BookVacationInput, ReasonCode
from saga.workflows.booking import BookingWorkflow
from saga.workflows.history_reader import reconstruct_outcome
from tests.integration.conftest import Handle
from tests.integration.temporal.plans import POLICY, Workers, attempt, planned, statuses, times_failed
from tests.poll import eventually
from voyage import Leg, Trip, devstack
from voyage.trips.tutorial import BookingRequest

pytestmark = pytest.mark.thorough


class Before(Trip):
    jeep: Annotated[str, Leg()]
    lodge: Annotated[str, Leg()]
    guide: Annotated[str, Leg()]
    permit: Annotated[str, Leg(undo=False)]


class After(Trip):
    guide: Annotated[str, Leg()]
    lodge: Annotated[str, Leg(together="there")]
    jeep: Annotated[str, Leg(together="there")]
    balloon: Annotated[str, Leg()]


OLD = planned("jeep", "lodge", "guide", "permit", undo=False)
NEW = planned("guide", "lodge", "jeep", "balloon")
NEW[1]["together"] = NEW[2]["together"] = "there"


@pytest.fixture
async def workers(servers: devstack.Servers, temporal: Client) -> Workers:
    return Workers(servers.temporal_address, temporal)


async def unserved(handle: Handle, activity: str, times: int = 1) -> None:
    await eventually("no worker to have the leg", lambda: failed_as_often(handle, activity, times))


async def failed_as_often(handle: Handle, activity: str, times: int) -> bool:
    return await times_failed(handle, activity) >= times


async def test_bookings_of_both_trips_end_by_their_own_plans(workers: Workers) -> None:
    # Chance decides which worker a leg comes to; after eight wrong ones, the next is ten seconds later.
    async with asyncio.timeout(110), workers.of(Before), workers.of(After):
        olds = [await workers.start(OLD) for _ in range(4)]
        news = [await workers.start(NEW) for _ in range(4)]
        refused = await workers.start([*NEW[:-1], {"name": "balloon", "item": "invalid"}])
        ends = await asyncio.gather(*(handle.result() for handle in (*olds, *news)))
        undone = await refused.result()

    assert [statuses(end) for end in ends[:4]] == [
        ["jeep booked", "lodge booked", "guide booked", "permit booked"]
    ] * 4
    assert [statuses(end) for end in ends[4:]] == [
        ["guide booked", "lodge booked", "jeep booked", "balloon booked"]
    ] * 4
    assert statuses(undone) == ["guide undone", "lodge undone", "jeep undone", "balloon refused"]
    assert all(leg.attempts == 1 for end in ends for leg in end.legs)


async def test_a_leg_that_no_worker_has_waits_without_a_try_until_one_comes(
    workers: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    plan = planned("jeep", "waited_for")

    class Later(Trip):
        jeep: Annotated[str, Leg()]
        waited_for: Annotated[str, Leg()]

    async with asyncio.timeout(60), workers.of(Before):
        handles = [await workers.start(plan, attempts=1) for _ in range(2)]
        for handle in handles:
            await unserved(handle, "book_waited_for")
        [_, waiting] = await handles[0].query(BookingWorkflow.legs)
        async with workers.of(Later):
            ends = [await handle.result() for handle in handles]

    assert (waiting.status, waiting.attempts) == ("not_tried", 0)
    assert [statuses(end) for end in ends] == [["jeep booked", "waited_for booked"]] * 2
    assert [end.legs[1].attempts for end in ends] == [1, 1]
    [said] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert said.getMessage().startswith("book_waited_for is not in this worker's trip (VOYAGE_TRIP)")


async def test_an_undo_that_no_worker_has_waits_too(workers: Workers) -> None:
    async with asyncio.timeout(60):
        async with workers.of(After):
            handle = await workers.start([*planned("balloon"), {"name": "permit", "item": "invalid"}])
            await unserved(handle, "book_permit")
        async with workers.of(Before):
            await unserved(handle, "undo_book_balloon", 2)
            assert "undo balloon" not in workers.supplier.calls
            async with workers.of(After):
                outcome = await handle.result()
    assert statuses(outcome) == ["balloon undone", "permit refused"]
    assert outcome.legs[1].attempts == 1


async def test_a_cancel_ends_the_wait_for_a_worker(workers: Workers) -> None:
    async with asyncio.timeout(60), workers.of(Before):
        handle = await workers.start(planned("jeep", "balloon"))
        await unserved(handle, "book_balloon")
        await handle.signal(BookingWorkflow.cancel, "changed plans")
        outcome = await handle.result()
    assert statuses(outcome) == ["jeep undone", "balloon not_tried"]
    assert outcome.reason
    assert outcome.reason.code is ReasonCode.CANCELLED_BY_REQUEST
    assert outcome.legs[1].attempts == 0
    assert "undo balloon" not in workers.supplier.calls


async def test_a_leg_that_a_worker_tried_before_is_undone_all_the_same(workers: Workers) -> None:
    plan = planned("jeep", "balloon")
    plan[1] |= {"item": "down", "attempts": 1000}
    async with asyncio.timeout(60):
        async with workers.of(After):
            handle = await workers.start(plan)
            await eventually("two tries", lambda: tried_more_than(handle, 2))
        async with workers.of(Before):
            await unserved(handle, "book_balloon", 2)  # the second time without a try in between
            await handle.signal(BookingWorkflow.cancel, "changed plans")
            async with workers.of(After):
                outcome = await handle.result()
    assert statuses(outcome) == ["jeep undone", "balloon undone"]
    assert outcome.legs[1].attempts >= 2
    assert "undo balloon" in workers.supplier.calls


async def tried_more_than(handle: Handle, times: int) -> bool:
    return await attempt(handle, "book_balloon") > times


async def test_a_cancel_is_not_too_late_for_a_leg_that_no_worker_has_begun(workers: Workers) -> None:
    """The leg can't be undone, and its call is under way when the cancel comes: to a worker that lacks it."""
    plan = planned("visa", undo=False)
    only_workflows = Worker(workers.client, task_queue=workers.task_queue, workflows=[BookingWorkflow])
    async with asyncio.timeout(60), AsyncExitStack() as stack:
        await stack.enter_async_context(only_workflows)
        handle = await workers.start(plan)
        await eventually("the call", lambda: attempt(handle, "book_visa"))
        await handle.signal(BookingWorkflow.cancel, "changed plans")
        await stack.enter_async_context(workers.of(Before))
        outcome = await handle.result()
    assert statuses(outcome) == ["visa not_tried"]
    assert outcome.reason
    assert outcome.reason.code is ReasonCode.CANCELLED_BY_REQUEST


async def test_a_booking_without_a_plan_is_the_tutorials(workers: Workers) -> None:
    booking = BookVacationInput(
        book_user_id="jane-1", book_car_id="c", book_hotel_id="h", book_flight_id="f", policy=POLICY
    )
    async with asyncio.timeout(60), workers.of(After), workers.of(BookingRequest):
        outcome = await (await workers.begin(booking)).result()
    assert outcome.result == "Booked car: c Booked hotel: h Booked flight: f"


async def test_a_booking_that_is_terminated_is_told_by_its_own_plan(workers: Workers) -> None:
    async with asyncio.timeout(60), workers.of(After):
        handle = await workers.start(planned("jeep", "permit", "guide"))
        await unserved(handle, "book_permit")
        await handle.terminate("by hand")
    history = await handle.fetch_history()
    outcome = await reconstruct_outcome(history, workers.client.data_converter, "terminated")
    assert statuses(outcome) == ["jeep booked", "permit not_tried", "guide not_tried"]
    assert [leg.attempts for leg in outcome.legs] == [1, 0, 0]
