"""Telling a batch of later callers: one that can't be told delays no other, and costs no repeats."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aio_pika import connect
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from consumer.callers.later_callers import LaterCallers
from consumer.callers.later_callers_workflow import LaterCallersWorkflow
from consumer.replies.result_publisher import ResultPublisher
from consumer.settings import ConsumerSettings
from consumer.temporal.intake import Intake
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import open_connection
from saga.models import BookVacationInput
from saga.temporal.server_limit import ServerLimit
from saga.workflows.booking import BookingWorkflow
from tests.acceptance.inbox import Inbox
from tests.poll import eventually

UNTELLABLE = "x" * 300  # no correlation id of AMQP's is so long
TRIP = BookVacationInput(book_user_id="u", book_car_id="c", book_hotel_id="h", book_flight_id="f")


@pytest.fixture
async def inbox(settings: ConsumerSettings) -> AsyncIterator[Inbox]:
    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        yield await Inbox.open(await connection.channel(), settings)


async def test_one_that_cannot_be_told_delays_no_other(
    temporal: Client, settings: ConsumerSettings, inbox: Inbox
) -> None:
    booking, queue = f"booking-{uuid4().hex}", settings.reply_task_queue
    await temporal.start_workflow(BookingWorkflow.run, TRIP, id=booking, task_queue=queue)
    await temporal.get_workflow_handle(booking).terminate()
    callers = [UNTELLABLE, *(f"caller {number}" for number in range(30))]

    def context(who: str) -> dict[str, Any]:
        return {"booking_id": "b", "reply_to": inbox.queue.name, "correlation_id": who, "trace": {}}

    handle = await temporal.start_workflow(
        LaterCallersWorkflow.run, booking, id=f"callers-{booking}", task_queue=queue
    )
    for who in callers:
        await handle.signal(LaterCallersWorkflow.join, context(who))
    async with await open_connection(settings, "test") as connection:
        publisher = await ConfirmedPublisher.open(connection, 10)
        results = ResultPublisher(publisher, settings, Intake(ServerLimit()))
        later = LaterCallers(temporal, results)
        async with Worker(
            temporal,
            task_queue=queue,
            workflows=[LaterCallersWorkflow],
            activities=[later.await_booking, later.publish_results],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            told = Counter([(await inbox.answer())["correlation_id"] for _ in callers[1:]])

            async def tried_often() -> bool:
                described = await handle.describe()
                return any(a.attempt >= 4 for a in described.raw_description.pending_activities)

            await eventually("the one to be tried again and again", tried_often)
            repeats = await inbox.depth(inbox.queue.name)
    await handle.terminate()

    assert told == Counter(callers[1:])
    assert repeats == 0
