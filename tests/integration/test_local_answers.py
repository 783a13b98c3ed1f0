"""A reply callback that is `local`: the booking's own worker answers if it can, else the task queue does."""

from typing import Any
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from saga.activities import booking_activities
from saga.legs import LEGS
from saga.local_answers import LocalAnswers
from saga.models import BookingOutcome, BookingStatus, BookVacationInput, ReplyCallback
from saga.workflow import BookingWorkflow
from tests.suppliers import RecordingSupplier

ANSWER = "answer"


class Answering:
    """An activity that answers, or fails; it counts its calls."""

    def __init__(self, *, works: bool = True) -> None:
        self.works = works
        self.calls = 0

    @activity.defn(name=ANSWER)
    async def answer(self, _outcome: BookingOutcome, _context: dict[str, Any], _again: bool) -> None:  # noqa: FBT001 -- Temporal passes arguments by position
        self.calls += 1
        if not self.works:
            raise RuntimeError("The broker doesn't take it")


async def book(
    client: Client, worker_has: Answering | None, elsewhere: Answering
) -> WorkflowHandle[BookingWorkflow, BookingOutcome]:
    """Book with a local callback; the handle of the booking when it has ended."""
    own = uuid4().hex[:8]
    supplier = RecordingSupplier()
    activities = booking_activities({leg.name: supplier for leg in LEGS})
    activities.append(LocalAnswers({ANSWER: worker_has.answer} if worker_has else {}).answer)
    reply = ReplyCallback(activity=ANSWER, task_queue=f"test-{own}-replies", local=True)
    trip = BookVacationInput(
        book_user_id="jane-1", book_car_id="c", book_hotel_id="h", book_flight_id="f", reply=reply
    )
    async with (
        Worker(client, task_queue=f"test-{own}", workflows=[BookingWorkflow], activities=activities),
        Worker(client, task_queue=reply.task_queue, activities=[elsewhere.answer]),
    ):
        handle = await client.start_workflow(
            BookingWorkflow.run, trip, id=f"test-{own}", task_queue=f"test-{own}"
        )
        assert (await handle.result()).status is BookingStatus.BOOKED
    return handle


async def test_the_worker_itself_answers_and_the_server_sees_no_activity_for_it(temporal: Client) -> None:
    here, elsewhere = Answering(), Answering()
    handle = await book(temporal, here, elsewhere)
    events = (await handle.fetch_history()).events
    scheduled = (event.activity_task_scheduled_event_attributes.activity_type.name for event in events)

    assert (here.calls, elsewhere.calls) == (1, 0)
    assert ANSWER not in set(scheduled)


@pytest.mark.parametrize("here", [Answering(works=False), None], ids=["fails", "isn't there"])
async def test_an_answer_that_the_worker_cannot_give_goes_to_the_task_queue(
    temporal: Client, here: Answering | None
) -> None:
    elsewhere = Answering()
    await book(temporal, here, elsewhere)

    assert (here.calls if here else 1, elsewhere.calls) == (1, 1)
