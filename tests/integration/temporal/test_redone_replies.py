"""What comes between a local answer and the end of its booking, so that Temporal does that task anew.

Whoever was told how the booking ended was told the truth, once; whoever asks after that gets a repeat.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.activities.local_reply import LocalReplies
from saga.models import BookingStatus
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from tests.integration.temporal_workers import ANSWER, TRIP, Answering, Handle, book, caller
from tests.poll import eventually
from tests.suppliers import RecordingSupplier
from voyage.trips.tutorial import BookingRequest


async def test_whoever_asks_after_an_answer_gets_a_repeat_and_nobody_else_does(temporal: Client) -> None:
    async def ask(handle: Handle) -> None:
        for who in ("second", "first", "third"):
            await handle.signal(BookingWorkflow.join, caller(who))

    here, elsewhere = Answering(meanwhile=ask), Answering()
    await book(temporal, here, elsewhere)

    booked = BookingStatus.BOOKED
    assert here.given[0] == ("first", booked, False)
    assert sorted(here.given[1:]) == [
        ("first", booked, True),
        ("second", booked, True),
        ("third", booked, True),
    ]
    assert elsewhere.given == []


async def by_message(handle: Handle) -> None:
    await handle.signal(BookingWorkflow.cancel, "ill")


async def in_temporal(handle: Handle) -> None:
    await handle.cancel()


@pytest.mark.parametrize("cancel", [by_message, in_temporal])
async def test_a_cancel_after_an_answer_changes_nothing_and_repeats_nothing(
    temporal: Client, cancel: Callable[[Handle], Awaitable[None]]
) -> None:
    here, elsewhere = Answering(meanwhile=cancel), Answering()
    _, supplier = await book(temporal, here, elsewhere)

    assert supplier.calls == ["book car", "book hotel", "book flight"]
    assert (here.given, elsewhere.given) == ([("first", BookingStatus.BOOKED, False)], [])


async def test_a_deadline_that_passes_while_the_worker_is_away_changes_nothing_that_is_booked(
    temporal: Client,
) -> None:
    """So a worker that goes down after its answer, and before the server has the end, doesn't belie it."""
    queue, here, supplier, flight_booked = (
        f"test-{uuid4().hex[:8]}",
        Answering(),
        RecordingSupplier(),
        asyncio.Event(),
    )

    async def until_booked(_: SupplierCall) -> None:
        await flight_booked.wait()

    supplier.on["book flight"] = until_booked
    activities = booking_activities(dict.fromkeys(BookingRequest.declared_legs, supplier))

    def workflows() -> Worker:
        return Worker(
            temporal,
            task_queue=queue,
            workflows=[BookingWorkflow],
            activities=[LocalReplies({ANSWER: here.answer}).reply],
            no_remote_activities=True,
            max_cached_workflows=0,
        )

    trip = replace(TRIP, deadline=datetime.now(UTC) + timedelta(seconds=8))
    async with Worker(temporal, task_queue=queue, activities=activities):
        async with workflows():
            handle = await temporal.start_workflow(BookingWorkflow.run, trip, id=queue, task_queue=queue)
            await supplier.begun("book flight").wait()
        flight_booked.set()
        await eventually("the deadline to pass", lambda: fired(handle))
        async with workflows():
            assert (await handle.result()).status is BookingStatus.BOOKED

    assert supplier.calls == ["book car", "book hotel", "book flight"]
    assert here.given == [("first", BookingStatus.BOOKED, False)]


async def fired(handle: Handle) -> bool:
    return any(
        event.HasField("timer_fired_event_attributes") for event in (await handle.fetch_history()).events
    )
