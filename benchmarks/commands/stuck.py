"""`stuck`: the latency of bookings while 200 others wait for a supplier that is down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any
from uuid import uuid4

import typer
import uvloop
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError

from benchmarks.measurement.loads import closed
from benchmarks.measurement.measure import percentiles
from benchmarks.report.figures import spread
from benchmarks.scenarios.message import by_message
from benchmarks.scenarios.queues import broker_settings
from benchmarks.scenarios.scenario import TRIP, Scenario
from examples.demo.supplier import ExampleSupplier
from publisher import BookingRequest, Client
from voyage import devstack

IN_FLIGHT, DOWN = 20, 60.0  # clients; seconds


def stuck(
    rounds: Annotated[int, typer.Option(help="Rounds, alone and beside stuck bookings.", min=1)] = 5,
    bookings: Annotated[int, typer.Option(help="Bookings, and stuck bookings, in a round.", min=1)] = 200,
) -> None:
    """Compare the p99 latency beside stuck bookings with that alone."""
    with devstack.stack() as servers, ExampleSupplier() as supplier:
        ratios = uvloop.run(_measure(servers, supplier, rounds, bookings))
    print(f"p99 beside {bookings} stuck bookings / alone: {spread(ratios, 2)}; goal: at most 1.5")


async def _measure(
    servers: devstack.Servers, supplier: ExampleSupplier, rounds: int, bookings: int
) -> list[float]:
    temporal = await Temporal.connect(servers.temporal_address)
    ratios = []
    async with by_message(servers, "stuck", variables=supplier.settings) as scenario:
        await _p99(scenario, bookings)  # warms up
        for number in range(rounds):
            alone = await _p99(scenario, bookings)
            await asyncio.to_thread(supplier.be_down, DOWN, "stuck")
            async with _stuck(scenario, temporal, bookings):
                beside = await _p99(scenario, bookings)
            ratios.append(beside / alone)
            print(f"round {number + 1}: p99 {alone:.0f} ms alone, {beside:.0f} ms beside", flush=True)
    return ratios


async def _p99(scenario: Scenario, bookings: int) -> float:
    return percentiles(await closed(scenario, bookings=bookings, in_flight=IN_FLIGHT))["p99"]


@asynccontextmanager
async def _stuck(scenario: Scenario, temporal: Temporal, bookings: int) -> AsyncIterator[None]:
    """Let so many bookings wait for their supplier until the end of the block, then cancel them."""
    ids = [uuid4().hex for _ in range(bookings)]
    trip = {**TRIP, "car": "stuck", "attempts": 100}
    requests = [BookingRequest.model_validate({**trip, "booking_id": one}) for one in ids]
    workflows = [temporal.get_workflow_handle(f"booking-{one}") for one in ids]
    async with await Client.connect(settings=broker_settings(scenario.environment)) as client:
        waiting = [asyncio.create_task(client.book(request, timeout=300)) for request in requests]
        for workflow in workflows:
            await _retried(workflow)
        yield
        if any(task.done() for task in waiting):
            raise RuntimeError("the supplier came back too early: DOWN is too short")
        await asyncio.gather(*(client.cancel(one) for one in ids))
        await asyncio.gather(*waiting, *(workflow.result() for workflow in workflows))


async def _retried(workflow: WorkflowHandle[Any, Any]) -> None:
    """Return when an activity of the booking is in its second try."""
    while True:
        with suppress(RPCError):
            found = await workflow.describe()
            if any(activity.attempt > 1 for activity in found.raw_description.pending_activities):
                return
        await asyncio.sleep(0.1)
