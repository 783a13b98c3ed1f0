"""The same workflow straight from a Temporal client, its reply step included."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import uuid4

from temporalio import activity
from temporalio.client import Client as Temporal
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.worker import Worker

from benchmarks.processes import service
from benchmarks.ways.way import TRIP, Way, where
from saga.models import BookingOutcome, BookVacationInput, ReplyCallback
from saga.payloads.data_converter import data_converter
from saga.temporal.connection import COMPRESSION
from saga.workflows.booking import BookingWorkflow
from voyage import devstack


def direct(servers: devstack.Servers) -> AbstractAsyncContextManager[Way]:
    """On the worker as it ships: nothing is between."""
    return _directly(servers, "direct", "saga")


def on_default_worker(servers: devstack.Servers) -> AbstractAsyncContextManager[Way]:
    """On a worker that is the SDK's in everything."""
    return _directly(servers, "default", "benchmarks.default_worker")


@asynccontextmanager
async def _directly(servers: devstack.Servers, name: str, worker: str) -> AsyncIterator[Way]:
    own = uuid4().hex[:8]
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
        await temporal.start_workflow(
            BookingWorkflow.run,
            BookVacationInput(
                book_user_id=TRIP["name"],
                book_car_id=TRIP["car"],
                book_hotel_id=TRIP["hotel"],
                book_flight_id=TRIP["flight"],
                reply=ReplyCallback(
                    activity="reply", task_queue=f"bench-{own}-replies", context={"id": booking_id}
                ),
            ),
            id=f"direct-{booking_id}",
            task_queue=f"bench-{own}-direct",
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            memo={"fingerprint": booking_id * 2},
            static_summary=f"{TRIP['car']}, {TRIP['hotel']}, {TRIP['flight']}",
        )
        return await answer

    environment = {**where(servers), "VOYAGE_TASK_QUEUE": f"bench-{own}-direct"}
    replies = Worker(temporal, task_queue=f"bench-{own}-replies", activities=[reply])
    async with replies, service(["-m", worker], environment, "Worker ready") as role:
        yield Way(name, book, {"worker": role})
