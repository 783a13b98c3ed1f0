"""Bookings whose answers are given by their own worker, and a record of what was answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.activities.local_reply import LocalReplies
from saga.models import BookingOutcome, BookingStatus, BookVacationInput, ReplyCallback
from saga.workflows.booking import BookingWorkflow
from tests.suppliers import RecordingSupplier
from voyage.trips.tutorial import BookingRequest

ANSWER = "answer"
REPLIES = f"test-{uuid4().hex[:8]}-replies"
Handle = WorkflowHandle[BookingWorkflow, BookingOutcome]


@dataclass
class Answering:
    """An activity that answers, or fails. It writes down whom it told what, and if it was a repeat.

    `meanwhile` happens when its first answer has gone out, and the server doesn't know of it yet.
    """

    works: bool = True
    meanwhile: Callable[[Handle], Awaitable[None]] | None = None
    given: list[tuple[str, BookingStatus, bool]] = field(default_factory=list)
    outcomes: list[BookingOutcome] = field(default_factory=list)

    @activity.defn(name=ANSWER)
    async def answer(self, outcome: BookingOutcome, context: dict[str, Any], again: bool) -> None:  # noqa: FBT001 -- Temporal passes arguments by position
        self.given.append((context["who"], outcome.status, again))
        self.outcomes.append(outcome)
        if not self.works:
            raise RuntimeError("The broker doesn't take it")
        if self.meanwhile and len(self.given) == 1:
            await self.meanwhile(activity.client().get_workflow_handle(activity.info().workflow_id or ""))


def caller(who: str) -> ReplyCallback:
    return ReplyCallback(activity=ANSWER, task_queue=REPLIES, context={"who": who}, local=True)


TRIP = BookVacationInput(
    book_user_id="jane-1", book_car_id="c", book_hotel_id="h", book_flight_id="f", reply=caller("first")
)


async def book(
    client: Client, worker_has: Answering | None, elsewhere: Answering
) -> tuple[Handle, RecordingSupplier]:
    """Book with a local callback; the handle of the booking when it has ended, and who was asked for it."""
    own = uuid4().hex[:8]
    supplier = RecordingSupplier()
    activities = booking_activities(dict.fromkeys(BookingRequest.declared_legs, supplier))
    activities.append(LocalReplies({ANSWER: worker_has.answer} if worker_has else {}).reply)
    async with (
        Worker(client, task_queue=f"test-{own}", workflows=[BookingWorkflow], activities=activities),
        Worker(client, task_queue=REPLIES, activities=[elsewhere.answer]),
    ):
        handle = await client.start_workflow(
            BookingWorkflow.run, TRIP, id=f"test-{own}", task_queue=f"test-{own}"
        )
        assert (await handle.result()).status is BookingStatus.BOOKED
    return handle, supplier
