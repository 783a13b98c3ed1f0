"""Several subscribers of one booking: one that can't be answered delays no other."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.models import BookingOutcome, BookingStatus
from saga.workflows.booking import BookingWorkflow
from tests.integration.temporal_workers import ANSWER, TRIP, Handle, caller
from tests.poll import eventually
from tests.suppliers import RecordingSupplier
from voyage.trips.tutorial import BookingRequest

UNREACHABLE = "first"


class Answering:
    """Answers everybody, except that the first subscriber can't be reached until it `is_back`."""

    def __init__(self, *, for_ever: bool) -> None:
        self.for_ever = for_ever
        self.is_back = False
        self.given: list[str] = []

    @activity.defn(name=ANSWER)
    async def answer(self, _: BookingOutcome, context: dict[str, Any], _again: bool) -> None:  # noqa: FBT001 -- Temporal passes arguments by position
        if context["who"] == UNREACHABLE and not self.is_back:
            raise ApplicationError("nobody is there", non_retryable=self.for_ever)
        self.given.append(context["who"])


@pytest.mark.parametrize("for_ever", [False, True])
async def test_one_that_cannot_be_answered_delays_nobody_else(temporal: Client, *, for_ever: bool) -> None:
    queue, answering, supplier = f"test-{uuid4().hex[:8]}", Answering(for_ever=for_ever), RecordingSupplier()
    go_on = supplier.hold("book car")
    activities = [
        *booking_activities(dict.fromkeys(BookingRequest.declared_legs, supplier)),
        answering.answer,
    ]
    elsewhere = replace(caller(UNREACHABLE), local=False, task_queue=queue)
    async with Worker(temporal, task_queue=queue, workflows=[BookingWorkflow], activities=activities):
        trip = replace(TRIP, reply=elsewhere, policy=replace(TRIP.policy, retry_interval=0.05))
        handle: Handle = await temporal.start_workflow(BookingWorkflow.run, trip, id=queue, task_queue=queue)
        await supplier.begun("book car").wait()
        others = [f"number {number}" for number in range(30)]
        for who in others:
            await handle.signal(BookingWorkflow.join, replace(elsewhere, context={"who": who}))
        go_on.set()
        await eventually("all others to be answered", lambda: sorted(answering.given) == sorted(others), 10)
        answering.is_back = True

        assert (await handle.result()).status is BookingStatus.BOOKED
    assert (UNREACHABLE in answering.given) is not for_ever
