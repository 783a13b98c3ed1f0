"""`make bench-stuck`: what 200 bookings stuck on a supplier that is down cost 200 others."""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from temporalio.client import Client as Temporal
from temporalio.service import RPCError

from benchmarks.processes import service
from benchmarks.ways.way import TRIP, where
from examples.demo.supplier import ExampleSupplier
from publisher import BookingRequest, Client
from voyage import devstack

ROUNDS, BOOKINGS, IN_FLIGHT, DOWN = 5, 200, 20, 60.0
TASK_QUEUE = f"bench-{uuid4().hex[:8]}-stuck"


def request(car: str = TRIP["car"]) -> BookingRequest:
    """A trip of its own."""
    return BookingRequest.model_validate({**TRIP, "car": car, "attempts": 100, "booking_id": uuid4().hex})


async def p99(client: Client) -> float:
    """The latency in seconds that 99 of 100 bookings keep within, of 200 bookings, 20 in flight."""
    took: list[float] = []
    todo = iter(range(BOOKINGS))

    async def one_after_the_other() -> None:
        for _ in todo:
            began = time.perf_counter()
            result = await client.book(request())
            took.append(time.perf_counter() - began)
            if result.status.value != "booked":
                raise RuntimeError(f"A booking ended {result.status.value!r}")

    await asyncio.gather(*(one_after_the_other() for _ in range(IN_FLIGHT)))
    return statistics.quantiles(took, n=100)[98]


@asynccontextmanager
async def stuck(client: Client, supplier: ExampleSupplier, temporal: Temporal) -> AsyncIterator[None]:
    """200 bookings whose supplier answers 503, while the context lasts."""
    await asyncio.to_thread(supplier.be_down, DOWN, "stuck")
    trips = [request("stuck") for _ in range(BOOKINGS)]
    waiting = [asyncio.create_task(client.book(trip, timeout=300)) for trip in trips]
    for trip in trips:
        await tried(temporal, f"booking-{trip.booking_id}")
    yield
    still = sum(not task.done() for task in waiting)
    await asyncio.gather(*(client.cancel(str(trip.booking_id)) for trip in trips))
    await asyncio.gather(*waiting)
    while (
        await temporal.count_workflows(f"TaskQueue = '{TASK_QUEUE}' AND ExecutionStatus = 'Running'")
    ).count:
        await asyncio.sleep(0.5)
    if still != BOOKINGS:
        raise RuntimeError(f"only {still} of {BOOKINGS} were stuck until the end: DOWN is too short")


async def tried(temporal: Temporal, workflow_id: str) -> None:
    """Return when a booking waits for its second try."""
    while True:
        with suppress(RPCError):
            found = await temporal.get_workflow_handle(workflow_id).describe()
            if any(activity.attempt > 1 for activity in found.raw_description.pending_activities):
                return
        await asyncio.sleep(0.1)


async def measure(servers: devstack.Servers, supplier: ExampleSupplier) -> None:
    """Calm and stuck by turns; prints each round's p99 and the median of their ratios."""
    environment = {**where(servers), **supplier.settings, "VOYAGE_TASK_QUEUE": TASK_QUEUE}
    temporal = await Temporal.connect(servers.temporal_address)
    async with (
        service(["-m", "saga"], environment, "Worker ready"),
        service(["-m", "consumer"], environment, "Consumer ready"),
        await Client.connect(servers.amqp_url) as client,
    ):
        await p99(client)
        ratios = []
        for number in range(ROUNDS):
            before = await p99(client)
            async with stuck(client, supplier, temporal):
                beside = await p99(client)
            ratios.append(beside / before)
            print(
                f"round {number + 1}: p99 {before:.3f} s alone, {beside:.3f} s beside stuck ones", flush=True
            )
    spread = f"({min(ratios):.2f}-{max(ratios):.2f})"
    print(f"p99 of {BOOKINGS} bookings beside {BOOKINGS} stuck ones, as a ratio to alone:")
    print(f"median {statistics.median(ratios):.2f} {spread}; to reach: at most 1.5")


if __name__ == "__main__":
    try:
        with devstack.stack() as servers, ExampleSupplier() as supplier:
            asyncio.run(measure(servers, supplier))
    except devstack.DevstackError as error:
        sys.exit(f"bench: {error}")
