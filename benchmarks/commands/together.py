"""`together`: three legs one after the other and at the same time; duration, CPU and history events."""

import statistics
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Annotated

import typer
import uvloop
from temporalio.client import Client as Temporal

from benchmarks.measurement import loads
from benchmarks.measurement.histories import history_events
from benchmarks.measurement.measure import Measurement, measure
from benchmarks.measurement.processes import Roles
from benchmarks.measurement.servers import roles
from benchmarks.report.figures import spread
from benchmarks.scenarios.legs import SECONDS, InTurn, Together, booking
from benchmarks.scenarios.scenario import Scenario
from voyage import devstack

IN_FLIGHT = 8  # clients, few enough that their bookings do not wait for each other's CPU
PAUSE = 0.4  # seconds before each booking of the sequential load, as in `throughput`


def together(
    rounds: Annotated[int, typer.Option(help="Rounds; each measures both trips.", min=1)] = 9,
    bookings: Annotated[int, typer.Option(help="Bookings of each trip and round, for CPU.", min=1)] = 60,
    singles: Annotated[int, typer.Option(help="Bookings one at a time, for their duration.", min=1)] = 8,
) -> None:
    """Compare legs that are booked at the same time with the same legs one after the other."""
    with devstack.stack() as servers:
        uvloop.run(_compare(servers, rounds, bookings, singles))


async def _compare(servers: devstack.Servers, rounds: int, bookings: int, singles: int) -> None:
    temporal = await Temporal.connect(servers.temporal_address)
    shared = {name: group for name, group in roles(servers).items() if name != "broker"}
    async with AsyncExitStack() as stack:
        trips = [await stack.enter_async_context(booking(servers, trip)) for trip in (InTurn, Together)]
        for trip in trips:
            await loads.closed(trip, bookings=bookings, in_flight=IN_FLIGHT)
        took: list[list[float]] = []
        pairs: list[list[Measurement]] = []
        for number in range(rounds):
            alone = await loads.sequential(trips, bookings=singles, pause=PAUSE)
            took.append([statistics.median(alone[trip.name]) * 1000 for trip in trips])
            pairs.append([await _load(trip, shared, number, bookings) for trip in trips])
        events = [await history_events(temporal, trip) for trip in trips]
    print(f"three legs of {SECONDS * 1000:.0f} ms: in turn, together, together / in turn")
    _print("duration of one booking, ms", took, 0)
    for role in pairs[0][0].cpu_ms:
        _print(f"CPU per booking, {role}, ms", _each(pairs, lambda one, role=role: one.cpu_ms[role]))
    print(f"history events: {events[0]}, {events[1]}")


async def _load(trip: Scenario, shared: Roles, number: int, bookings: int) -> Measurement:
    of_both = {**shared, **trip.roles}
    return await measure(
        trip.name, "closed", number, of_both, loads.closed(trip, bookings=bookings, in_flight=IN_FLIGHT)
    )


def _each(pairs: Sequence[Sequence[Measurement]], figure: Callable[..., float]) -> list[list[float]]:
    return [[figure(one) for one in pair] for pair in pairs]


def _print(what: str, pairs: Sequence[Sequence[float]], digits: int = 1) -> None:
    in_turn, at_once = zip(*pairs, strict=True)
    ratios = [two / one for one, two in pairs]
    print(f"{what}: {spread(in_turn, digits)}, {spread(at_once, digits)}, {spread(ratios, 2)}", flush=True)
