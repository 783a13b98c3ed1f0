"""Start the workflow with a Temporal client, without RabbitMQ; the reply is an activity of the client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from temporalio import activity
from temporalio.client import Client as Temporal
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.worker import Worker

from benchmarks.measurement.processes import service
from benchmarks.scenarios.message import SIMULATED, TWO_SERVICES
from benchmarks.scenarios.scenario import TRIP, Scenario, addresses
from saga.models import BookingOutcome, BookVacationInput, ReplyCallback
from saga.payloads.data_converter import data_converter
from saga.temporal.connection import COMPRESSION
from saga.workflows.booking import BookingWorkflow
from voyage import devstack


@asynccontextmanager
async def direct(servers: devstack.Servers) -> AsyncIterator[Scenario]:
    """Run Voyage's worker, and book with Voyage's workflow."""
    queue = f"bench-{uuid4().hex[:8]}"
    temporal = await Temporal.connect(
        servers.temporal_address, data_converter=data_converter(), grpc_compression=COMPRESSION
    )
    waiting: dict[str, asyncio.Future[str]] = {}

    @activity.defn(name="reply")
    async def reply(
        outcome: BookingOutcome,
        context: dict[str, Any],
        _again: bool,  # noqa: FBT001 -- Temporal passes arguments by position
    ) -> None:
        waiting.pop(context["id"]).set_result(outcome.status.value)

    async def book() -> str:
        booking_id = uuid4().hex
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        waiting[booking_id] = answer
        callback = ReplyCallback(activity="reply", task_queue=f"{queue}-replies", context={"id": booking_id})
        await temporal.start_workflow(
            BookingWorkflow.run,
            BookVacationInput(
                book_user_id=TRIP["name"],
                book_car_id=TRIP["car"],
                book_hotel_id=TRIP["hotel"],
                book_flight_id=TRIP["flight"],
                reply=callback,
            ),
            id=f"direct-{booking_id}",
            task_queue=queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            memo={"fingerprint": booking_id * 2},
            static_summary=f"{TRIP['car']}, {TRIP['hotel']}, {TRIP['flight']}",
        )
        return await answer

    command, ready = TWO_SERVICES["worker"]
    replies = Worker(temporal, task_queue=f"{queue}-replies", activities=[reply])
    environment = {**addresses(servers), **SIMULATED, "VOYAGE_TASK_QUEUE": queue}
    async with replies, service(command, environment, ready) as worker:
        yield Scenario("direct", book, {"worker": worker}, task_queue=queue)
