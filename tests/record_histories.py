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

import devstack
from saga.activities import booking_activities
from saga.attention import AttentionWorkflow, entry_id
from saga.legs import LEGS
from saga.local_answers import LocalAnswers
from saga.models import BookingOutcome, BookingPolicy, BookVacationInput, ReplyCallback
from saga.suppliers import SupplierCall
from saga.tombstone import Tombstone, TombstoneWorkflow
from saga.workflow import BookingWorkflow
from tests.poll import eventually
from tests.recorder import FOLDER, TASK_QUEUE, Handle, Recorder
from tests.suppliers import RecordingSupplier

CALLER = ReplyCallback(activity="answer", task_queue=TASK_QUEUE, context={"who": "first"})
JOINER = replace(CALLER, context={"who": "second"})
TRIP = BookVacationInput(
    book_user_id="jane-1",
    book_car_id="c",
    book_hotel_id="h",
    book_flight_id="f",
    attempts=2,
    reply=CALLER,
    policy=BookingPolicy(retry_interval=0.1, undo_attempts=2, undo_budget=1),
)


@activity.defn
async def answer(_outcome: BookingOutcome, _context: dict[str, str], _again: bool) -> None:  # noqa: FBT001 -- Temporal passes arguments by position
    """Nobody listens here."""


async def answer_and_be_cancelled(outcome: BookingOutcome, context: dict[str, str], again: bool) -> None:  # noqa: FBT001 -- Temporal passes arguments by position
    await answer(outcome, context, again)
    handle = activity.client().get_workflow_handle(activity.info().workflow_id or "")
    await handle.signal(BookingWorkflow.cancel, "no longer wanted")


async def no_way_back(_: SupplierCall) -> None:
    raise RuntimeError("no way back")


async def nothing(_: Handle) -> None:
    """Let it run."""


async def record(client: Client) -> None:
    supplier = RecordingSupplier()
    recorder = Recorder(client, supplier)
    here = LocalAnswers({"answer": answer, "answer-and-be-cancelled": answer_and_be_cancelled})
    activities: list[Callable[..., Any]]
    activities = [*booking_activities({leg.name: supplier for leg in LEGS}), answer, here.answer]
    workflows = [BookingWorkflow, TombstoneWorkflow, AttentionWorkflow]
    async with Worker(client, task_queue=TASK_QUEUE, workflows=workflows, activities=activities):
        await recorder.book("booked", TRIP, nothing)
        answered_here = replace(TRIP, reply=replace(CALLER, local=True))
        await recorder.book("answered-here", answered_here, nothing)
        cancelling = replace(CALLER, activity="answer-and-be-cancelled", local=True)
        await recorder.book("cancelled-after-its-answer", replace(TRIP, reply=cancelling), nothing)
        await recorder.book("refused", replace(TRIP, book_flight_id="invalid"), nothing)
        await recorder.book("unavailable", replace(TRIP, book_hotel_id="down"), nothing)
        await recorder.book("without-a-caller", replace(TRIP, reply=None), nothing)
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
        await recorder.save("attention", entry_id(settled))
        tombstone = Tombstone(reason="no longer wanted", lifetime=60, callers=[JOINER])
        overtaken = await client.start_workflow(
            TombstoneWorkflow.run, tombstone, id="recorded-tombstone", task_queue=TASK_QUEUE
        )
        await overtaken.signal(TombstoneWorkflow.requested, args=[TRIP, {"fingerprint": "x"}])
        await overtaken.result()
        await recorder.save("tombstone", overtaken.id)


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
