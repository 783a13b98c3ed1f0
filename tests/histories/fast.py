"""Histories of bookings whose first tries were local activities, and of what came in between."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from saga.activities import unfinished_calls
from saga.activities.book_and_undo import booking_activities
from saga.errors import SupplierUnavailableError
from saga.models import BookingInput, ReplyCallback
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from tests.histories.plans import WORKFLOWS, Safari, trip
from tests.histories.recorder import TASK_QUEUE, Handle, Recorder
from tests.poll import eventually
from tests.suppliers import RecordingSupplier
from voyage.trips.tutorial import BookingRequest


async def record_first_tries(
    client: Client, booking: BookingInput, local: ReplyCallback, replies: Sequence[Any]
) -> None:
    """One for each way; `local` is a subscriber whom the worker itself tells, by one of these activities."""
    supplier = RecordingSupplier()
    recorder = Recorder(client, supplier)
    fast = replace(booking, policy=replace(booking.policy, fast_legs=1.0))
    slow = replace(booking, policy=replace(booking.policy, fast_legs=0.1))
    legs = [
        *booking_activities(dict.fromkeys(BookingRequest.declared_legs, supplier)),
        *booking_activities(dict.fromkeys(Safari.declared_legs, supplier), Safari)[:-2],
    ]

    async def nothing(_: Handle) -> None:
        unfinished_calls.forget()

    async def cancel_in_a_first_try(handle: Handle) -> None:
        await recorder.begun("book hotel")
        await handle.signal(BookingWorkflow.cancel, "no longer wanted")
        await eventually("the cancel", lambda: has_cancelled(handle))
        go_on.set()

    async def cancel_before_the_end(call: SupplierCall) -> None:
        await client.get_workflow_handle(call.booking).signal("cancel", "no longer wanted")

    async def down_once(call: SupplierCall) -> None:
        if call.attempt == 1:
            raise SupplierUnavailableError("Closed")

    worker = Worker(client, task_queue=TASK_QUEUE, workflows=WORKFLOWS, activities=[*legs, *replies])
    async with worker:
        await recorder.book("fast-booked", fast, nothing)
        await recorder.book("fast-replied-here", replace(fast, reply=local), nothing)
        await recorder.book("fast-refused", replace(fast, book_flight_id="invalid"), nothing)  # type: ignore[call-arg]  # the tutorial's
        await recorder.book("fast-unavailable", replace(fast, book_hotel_id="down"), nothing)  # type: ignore[call-arg]  # the tutorial's
        go_on = supplier.hold("book hotel")
        supplier.started.clear()
        await recorder.book("fast-cancelled", slow, cancel_in_a_first_try)
        supplier.on["book hotel"] = down_once
        await recorder.book(
            "fast-tried-twice", replace(fast, deadline=datetime.now(UTC) + timedelta(hours=1)), nothing
        )
        supplier.on["book flight"] = cancel_before_the_end
        await recorder.book("fast-cancelled-before-its-end", replace(fast, reply=None), nothing)
        supplier.on.clear()
        group = trip(guide="invalid", reply=booking.reply)
        await recorder.book("fast-plan", replace(group, policy=fast.policy), nothing)


async def has_cancelled(handle: Handle) -> bool:
    events = (await handle.fetch_history()).events
    return any(event.HasField("activity_task_cancel_requested_event_attributes") for event in events)
