"""Each boundary of a booking's way hit on purpose: killed there, cut off there, told to stop there."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from enum import StrEnum
from uuid import uuid4

import pytest

from examples.demo.supplier import ExampleSupplier
from tests.acceptance.failures.boundaries import Boundary, Crossing, a_crossing
from tests.acceptance.services import Service
from tests.chaos.load.orders import Kind, Order
from tests.chaos.proxy.protocols import Way
from tests.chaos.proxy.trap import Trap
from voyage import devstack
from voyage.trips.tutorial import BookingRequest

CONSUMERS = {
    "after the delivery, before the start": Boundary("consumer to temporal", "StartWorkflowExecution"),
    "started, and the answer lost": Boundary(
        "consumer to temporal", "StartWorkflowExecution", way=Way.ANSWER
    ),
    "between start and ack": Boundary("rabbitmq", "Basic.Ack"),
    "before the result arrives": Boundary("rabbitmq", "Basic.Publish", ".results"),
    "before the result's confirm": Boundary("rabbitmq", "Basic.Ack", way=Way.ANSWER),
    "between confirm and completion": Boundary("consumer to temporal", "RespondActivityTaskCompleted"),
    "completed, and the answer lost": Boundary(
        "consumer to temporal", "RespondActivityTaskCompleted", way=Way.ANSWER
    ),
}
WORKERS = {
    "before a booking call arrives": Boundary("supplier", "POST", "/hotel"),
    "booked, and the answer lost": Boundary("supplier", "POST", "/hotel", Way.ANSWER),
    "between two legs, not yet noted": Boundary("worker to temporal", "RespondActivityTaskCompleted"),
    "between two legs, noted": Boundary("worker to temporal", "RespondActivityTaskCompleted", way=Way.ANSWER),
    "before an undo arrives": Boundary("supplier", "DELETE", "/hotel"),
    "undone, and the answer lost": Boundary("supplier", "DELETE", "/hotel", Way.ANSWER),
}


class End(StrEnum):
    """What happens at the boundary."""

    KILLED = "killed"
    CUT_OFF = "cut off"
    TOLD_TO_STOP = "told to stop"


ends = pytest.mark.parametrize("end", End)


@pytest.fixture(scope="module")
def supplier() -> Iterator[ExampleSupplier]:
    with ExampleSupplier(slowness=0.2) as supplier:
        yield supplier


@pytest.fixture(scope="module")
async def with_a_worker(servers: devstack.Servers, supplier: ExampleSupplier) -> AsyncIterator[Crossing]:
    async with a_crossing(servers, supplier) as crossing:
        await crossing.worker()
        yield crossing


def order(kind: Kind = Kind.PLAIN) -> Order:
    """A booking; one that is to be undone is refused at its last leg."""
    items = dict.fromkeys(BookingRequest.declared_legs, "plain")
    return Order(uuid4().hex, 0.0, kind, {**items, "flight": kind} if kind is Kind.REFUSED else items)


async def happen(end: End, service: Service, trap: Trap) -> bool:
    """Let it happen; whether somebody has to take the process's place."""
    if end is End.CUT_OFF:
        trap.cut()
        return False
    if end is End.KILLED:
        await service.end(signal.SIGKILL)
        trap.cut()
        return True
    service.process.terminate()
    await service.logged("Stopping")
    trap.let_pass()
    assert await service.process.wait() == 0
    return True


@ends
@pytest.mark.parametrize("boundary", CONSUMERS.values(), ids=CONSUMERS.keys())
async def test_a_consumer(with_a_worker: Crossing, boundary: Boundary, end: End) -> None:
    crossing, booking = with_a_worker, order()
    consumer = await crossing.consumer()
    trap = await crossing.reach(booking, boundary)
    if await happen(end, consumer, trap):
        await crossing.consumer()

    assert await crossing.violations(booking) == []


@ends
async def test_a_worker(servers: devstack.Servers, supplier: ExampleSupplier, end: End) -> None:
    """All boundaries at once, as Temporal waits ten seconds for each worker that was killed."""

    async def cross(boundary: Boundary) -> list[str]:
        booking = order(Kind.REFUSED if boundary.name == "DELETE" else Kind.PLAIN)
        async with a_crossing(servers, supplier) as crossing:
            _, worker = await asyncio.gather(crossing.consumer(), crossing.worker())
            trap = await crossing.reach(booking, boundary)
            if await happen(end, worker, trap):
                await crossing.worker()
            return await crossing.violations(booking)

    async with asyncio.TaskGroup() as crossings:
        tasks = {name: crossings.create_task(cross(boundary)) for name, boundary in WORKERS.items()}
    assert {name: task.result() for name, task in tasks.items()} == {name: [] for name in WORKERS}
