"""`make histories`: record a history of every way a booking can end, for the replay in the unit tests.

Record anew only when the workflow changes in a way that running bookings survive (CONTRIBUTING.md), and keep
the old recordings beside the new: they are the bookings that may still be running somewhere.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.activities.local_reply import LocalReplies
from saga.models import BookingOutcome, BookingPolicy, BookVacationInput, ReplyCallback
from saga.search_attributes import search_attributes_of
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from saga.workflows.cancelled_before_request import CancelledBeforeRequestWorkflow, EarlyCancellation
from saga.workflows.manual_intervention import ManualInterventionWorkflow, entry_id
from tests.histories.fast import record_first_tries
from tests.histories.plans import record_plans
from tests.histories.recorder import FOLDER, TASK_QUEUE, Handle, Recorder
from tests.poll import eventually
from tests.suppliers import RecordingSupplier
from voyage import devstack
from voyage.trips.tutorial import BookingRequest

SUBSCRIBER = ReplyCallback(activity="reply", task_queue=TASK_QUEUE, context={"who": "first"})
JOINER = replace(SUBSCRIBER, context={"who": "second"})
TRIP = BookVacationInput(
    book_user_id="jane-1",
    book_car_id="c",
    book_hotel_id="h",
    book_flight_id="f",
    attempts=2,
    reply=SUBSCRIBER,
    policy=BookingPolicy(retry_interval=0.1, undo_attempts=2, undo_budget=1),
)


@activity.defn
async def reply(_outcome: BookingOutcome, _context: dict[str, str], _again: bool) -> None:  # noqa: FBT001 -- Temporal passes arguments by position
    """Nobody listens here."""


async def reply_and_be_cancelled(outcome: BookingOutcome, context: dict[str, str], again: bool) -> None:  # noqa: FBT001 -- Temporal passes arguments by position
    await reply(outcome, context, again)
    handle = activity.client().get_workflow_handle(activity.info().workflow_id or "")
    await handle.signal(BookingWorkflow.cancel, "no longer wanted")


async def no_way_back(_: SupplierCall) -> None:
    raise RuntimeError("no way back")


async def nothing(_: Handle) -> None:
    """Let it run."""


async def record(client: Client) -> None:
    supplier = RecordingSupplier()
    recorder = Recorder(client, supplier)
    local = LocalReplies({"reply": reply, "reply-and-be-cancelled": reply_and_be_cancelled})
    activities: list[Callable[..., Any]]
    activities = [
        *booking_activities(dict.fromkeys(BookingRequest.declared_legs, supplier)),
        reply,
        local.reply,
    ]
    workflows = [BookingWorkflow, CancelledBeforeRequestWorkflow, ManualInterventionWorkflow]
    async with Worker(client, task_queue=TASK_QUEUE, workflows=workflows, activities=activities):
        await recorder.book("booked", TRIP, nothing)
        replied_locally = replace(TRIP, reply=replace(SUBSCRIBER, local=True))
        await recorder.book("replied-locally", replied_locally, nothing)
        cancelling = replace(SUBSCRIBER, activity="reply-and-be-cancelled", local=True)
        await recorder.book("cancelled-after-its-reply", replace(TRIP, reply=cancelling), nothing)
        await recorder.book("refused", replace(TRIP, book_flight_id="invalid"), nothing)
        await recorder.book("unavailable", replace(TRIP, book_hotel_id="down"), nothing)
        await recorder.book("without-a-subscriber", replace(TRIP, reply=None), nothing)
        past = datetime.now(UTC) - timedelta(seconds=1)
        await recorder.book("deadline-past", replace(TRIP, deadline=past), nothing)
        soon = datetime.now(UTC) + timedelta(seconds=3)
        stuck = replace(TRIP, book_hotel_id="down", attempts=100)
        await recorder.book("deadline", replace(stuck, deadline=soon), nothing)
        supplier.started.clear()

        async def cancel(handle: Handle) -> None:
            await recorder.begun("book hotel")
            await handle.signal(BookingWorkflow.join, JOINER)
            await handle.signal(BookingWorkflow.cancel, "no longer wanted")

        async def cancel_in_temporal(handle: Handle) -> None:
            await recorder.begun("book hotel")
            await handle.cancel()

        await recorder.book("cancelled-and-joined", stuck, cancel)
        await recorder.book("cancelled-in-temporal", stuck, cancel_in_temporal)
        supplier.on["undo hotel"] = no_way_back

        async def settle(handle: Handle) -> None:
            await eventually("the booking to need a person", lambda: needs_a_person(handle))
            await handle.signal(BookingWorkflow.join, JOINER)
            await handle.signal(BookingWorkflow.retry_undo)
            await handle.signal(BookingWorkflow.settle, "by hand")

        settled = await recorder.book(
            "undo-failed-and-settled", replace(TRIP, book_flight_id="invalid"), settle
        )
        await recorder.save("manual-intervention", entry_id(settled))
        shown = search_attributes_of("recorded")
        refused = replace(TRIP, book_flight_id="invalid")
        await recorder.book("undo-failed-and-settled-shown", refused, settle, search_attributes=shown)
        cancellation = EarlyCancellation(reason="no longer wanted", lifetime=60, callbacks=[JOINER])
        early = await client.start_workflow(
            CancelledBeforeRequestWorkflow.run, cancellation, id="recorded-early", task_queue=TASK_QUEUE
        )
        await early.signal(CancelledBeforeRequestWorkflow.request_arrived, args=[TRIP, {"fingerprint": "x"}])
        await early.result()
        await recorder.save("cancelled-before-its-request", early.id)
    await record_cancel_with_the_end_of_a_leg(client)
    await record_plans(client, SUBSCRIBER, reply)
    await record_first_tries(client, TRIP, replace(SUBSCRIBER, local=True), [reply, local.reply])


async def record_cancel_with_the_end_of_a_leg(client: Client) -> None:
    """Temporal's cancel and the end of a leg in one workflow task: both come while no worker takes it."""
    supplier = RecordingSupplier()
    recorder, go_on = Recorder(client, supplier), supplier.hold("book hotel")
    activities = [*booking_activities(dict.fromkeys(BookingRequest.declared_legs, supplier)), reply]

    def workflow_worker() -> Worker:
        workflows = [BookingWorkflow]
        return Worker(client, task_queue=TASK_QUEUE, workflows=workflows, max_cached_workflows=0)

    name = "cancelled-with-the-end-of-a-leg"
    async with Worker(client, task_queue=TASK_QUEUE, activities=activities):
        async with workflow_worker():
            handle = await client.start_workflow(
                BookingWorkflow.run, TRIP, id=f"recorded-{name}", task_queue=TASK_QUEUE
            )
            await recorder.begun("book hotel")
        await handle.cancel()
        go_on.set()
        await eventually("the end of the hotel's call", lambda: nothing_pending(handle))
        async with workflow_worker():
            await handle.result()
    await recorder.save(name, handle.id)


async def nothing_pending(handle: Handle) -> bool:
    return not (await handle.describe()).raw_description.pending_activities


async def needs_a_person(handle: Handle) -> bool:
    outcome = await handle.query(BookingWorkflow.outcome)
    return outcome is not None


async def main(address: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    await record(await Client.connect(address, identity="recorder"))


if __name__ == "__main__":
    with devstack.stack() as servers:
        asyncio.run(main(servers.temporal_address))
    print(f"Recorded {len(list(FOLDER.glob('*.json')))} histories")
