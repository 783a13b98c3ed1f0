"""The ways to book that are compared. Each books one trip per call and returns when its answer is there."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pydantic import SecretStr
from temporalio import activity
from temporalio.client import Client as Temporal
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.worker import Worker

import devstack
from benchmarks.processes import Role, service
from devstack.ports import free_port
from publisher import BookingRequest, BrokerSettings, Client
from saga.models import BookingOutcome, BookVacationInput, ReplyCallback
from saga.workflow import BookingWorkflow

TRIP = {"name": "John Doe", "car": "valid-car-id", "hotel": "valid-hotel-id", "flight": "valid-flight-id"}


@dataclass(frozen=True)
class Way:
    """How to book one trip, returning its status, and the processes of ours that are busy meanwhile."""

    name: str
    book: Callable[[], Awaitable[str]]
    roles: Mapping[str, Role]


@asynccontextmanager
async def direct(servers: devstack.Servers) -> AsyncIterator[Way]:
    """The same workflow straight from a Temporal client, its reply step included: nothing between."""
    own = uuid4().hex[:8]
    temporal = await Temporal.connect(servers.temporal_address)
    waiting: dict[str, asyncio.Future[str]] = {}

    @activity.defn(name="reply")
    async def reply(outcome: BookingOutcome, context: dict[str, Any], _again: bool) -> None:  # noqa: FBT001
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
    async with replies, service(["-m", "saga"], environment, "Worker ready") as worker:
        yield Way("direct", book, {"worker": worker})


@asynccontextmanager
async def tutorial(servers: devstack.Servers) -> AsyncIterator[Way]:
    """The tutorial's way: HTTP, a Temporal client for each request, the SDK's default worker."""
    port = free_port()
    environment = {
        **where(servers),
        "VOYAGE_TASK_QUEUE": f"bench-{uuid4().hex[:8]}-http",
        "VOYAGE_SANDBOXED": "true",
        "BENCH_HTTP_PORT": str(port),
    }

    def post() -> str:
        body = json.dumps(TRIP).encode()
        url = f"http://127.0.0.1:{port}/book"
        call = urllib.request.Request(url, body, {"content-type": "application/json"})
        with urllib.request.urlopen(call) as answer:  # noqa: S310
            return str(json.load(answer)["status"])

    async def book() -> str:
        return await asyncio.to_thread(post)

    async with (
        service(["-m", "saga"], environment, "Worker ready") as worker,
        service(["-m", "benchmarks.http_door"], environment, "Running on") as door,
    ):
        yield Way("tutorial", book, {"worker": worker, "consumer": door})


@asynccontextmanager
async def by_message(servers: devstack.Servers) -> AsyncIterator[Way]:
    """The whole way: message in, result out, consumer and worker as they ship."""
    environment = own_names(servers)
    async with (
        service(["-m", "saga"], environment, "Worker ready") as worker,
        service(["-m", "consumer"], environment, "Consumer ready") as consumer,
        booking("message", servers, environment, {"worker": worker, "consumer": consumer}) as way,
    ):
        yield way


@asynccontextmanager
async def by_message_to_one_process(servers: devstack.Servers) -> AsyncIterator[Way]:
    """The whole way, with consumer and worker in one process."""
    environment = own_names(servers)
    async with (
        service(["-m", "consumer", "--with-worker"], environment, "Consumer ready") as both,
        booking("one", servers, environment, {"worker": both}) as way,
    ):
        yield way


@asynccontextmanager
async def booking(
    name: str, servers: devstack.Servers, environment: Mapping[str, str], roles: Mapping[str, Role]
) -> AsyncIterator[Way]:
    """Book with the light client, in the queues that the environment names."""
    queues: dict[str, Any] = {
        variable.removeprefix("VOYAGE_").lower(): value
        for variable, value in environment.items()
        if variable.endswith("_QUEUE") and not variable.endswith("TASK_QUEUE")
    }
    settings = BrokerSettings(amqp_url=SecretStr(servers.amqp_url), **queues)
    async with await Client.connect(settings=settings) as client:

        async def book() -> str:
            return (await client.book(BookingRequest.model_validate(TRIP), timeout=300)).status.value

        yield Way(name, book, roles)


def own_names(servers: devstack.Servers) -> dict[str, str]:
    """The environment of a way with queues and task queues of its own."""
    own = f"bench.{uuid4().hex[:8]}"
    return {
        **where(servers),
        "VOYAGE_REQUESTS_QUEUE": f"{own}.requests",
        "VOYAGE_CONTROL_QUEUE": f"{own}.control",
        "VOYAGE_RESULTS_QUEUE": f"{own}.results",
        "VOYAGE_DEAD_QUEUE": f"{own}.dead",
        "VOYAGE_PARKED_QUEUE": f"{own}.parked",
        "VOYAGE_TASK_QUEUE": f"{own}-saga",
        "VOYAGE_REPLY_TASK_QUEUE": f"{own}-replies",
    }


def where(servers: devstack.Servers) -> dict[str, str]:
    """The environment that tells a process of ours where the servers are."""
    return {"AMQP_URL": servers.amqp_url, "TEMPORAL_ADDRESS": servers.temporal_address}
