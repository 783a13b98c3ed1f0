"""Each boundary of a booking's way hit on purpose: killed there, cut off there, told to stop there."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
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

pytestmark = pytest.mark.thorough

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
NOTING = Boundary("worker to temporal", "RespondActivityTaskCompleted")
NOTED = Boundary("worker to temporal", "RespondActivityTaskCompleted", way=Way.ANSWER)
WORKERS = {
    "before a booking call arrives": (Boundary("supplier", "POST", "/hotel"), Kind.PLAIN, 0.0),
    "booked, and the answer lost": (Boundary("supplier", "POST", "/hotel", Way.ANSWER), Kind.PLAIN, 0.0),
    "between two legs, not yet noted": (NOTING, Kind.PLAIN, 0.0),
    "between two legs, noted": (NOTED, Kind.PLAIN, 0.0),
    "before an undo arrives": (Boundary("supplier", "DELETE", "/hotel"), Kind.REFUSED, 0.0),
    "undone, and the answer lost": (Boundary("supplier", "DELETE", "/hotel", Way.ANSWER), Kind.REFUSED, 0.0),
}
TASK_ENDS = Boundary("worker to temporal", "RespondWorkflowTaskCompleted")
TASK_ENDED = Boundary("worker to temporal", "RespondWorkflowTaskCompleted", way=Way.ANSWER)
FIRST_TRIES = {
    "during a first try": (Boundary("supplier", "POST", "/hotel"), Kind.PLAIN, 5.0),
    "during one, and the answer lost": (Boundary("supplier", "POST", "/hotel", Way.ANSWER), Kind.PLAIN, 5.0),
    "between first tries and the end of their task": (TASK_ENDS, Kind.PLAIN, 5.0),
    "the same, noted": (TASK_ENDED, Kind.PLAIN, 5.0),
    "when the ordinary try has just begun": (TASK_ENDED, Kind.SLOW, 0.05),
    "during the first try of an undo": (Boundary("supplier", "DELETE", "/hotel"), Kind.REFUSED, 5.0),
}
"""Each with the kind of its booking, and with VOYAGE_FAST_LEGS."""
SIDE_BY_SIDE = 3  # worlds; each starts two processes at once


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
    odd = {Kind.REFUSED: "flight", Kind.SLOW: "hotel"}
    return Order(uuid4().hex, 0.0, kind, {**items, odd[kind]: kind} if kind in odd else items)


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


async def cross(
    servers: devstack.Servers, supplier: ExampleSupplier, end: End, moment: tuple[Boundary, Kind, float]
) -> list[str]:
    """What is wrong after the worker of a booking of this kind has met this end at this moment."""
    boundary, kind, fast_legs = moment
    booking = order(kind)
    async with a_crossing(servers, supplier, fast_legs) as crossing:
        _, worker = await asyncio.gather(crossing.consumer(), crossing.worker())
        trap = await crossing.reach(booking, boundary)
        if await happen(end, worker, trap):
            await crossing.worker()
        return await crossing.violations(booking)


@ends
@pytest.mark.parametrize("moments", [WORKERS, FIRST_TRIES], ids=["ordinary tries", "first tries"])
async def test_a_worker(
    servers: devstack.Servers,
    supplier: ExampleSupplier,
    moments: Mapping[str, tuple[Boundary, Kind, float]],
    end: End,
) -> None:
    """Some at the same time, as Temporal waits ten seconds for each worker that was killed."""
    turn = asyncio.Semaphore(SIDE_BY_SIDE)

    async def crossed(moment: tuple[Boundary, Kind, float]) -> list[str]:
        async with turn:
            return await cross(servers, supplier, end, moment)

    async with asyncio.TaskGroup() as crossings:
        tasks = {name: crossings.create_task(crossed(moment)) for name, moment in moments.items()}
    assert {name: task.result() for name, task in tasks.items()} == {name: [] for name in moments}
