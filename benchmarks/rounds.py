"""Rounds of measurement: each load on every way, once per round, in another order each time."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks import loads
from benchmarks.latencies import percentiles
from benchmarks.measuring import Measurement, measure
from benchmarks.processes import Role
from benchmarks.ways.way import Way

PAUSE = 0.4
"""Seconds before each booking of the light load.

A dev server reads the queue of its one shard 20 times a second, after a burst of 20. Without pauses each step
of a single booking would wait for that, and what the bridge adds would be hidden in the wait.
"""


@dataclass(frozen=True)
class Plan:
    """How much load of each kind; without rounds of a kind, none.

    `bookings` by `in_flight` clients; `rate` bookings a second for `seconds`; `singles` one at a time, by the
    ways that are named in `light`.
    """

    rounds: int
    bookings: int
    in_flight: int
    rate: float
    seconds: float
    singles: int
    light: Sequence[str]


async def run(ways: Sequence[Way], servers: Mapping[str, Role], plan: Plan) -> AsyncIterator[Measurement]:
    """Warm each way up, then measure."""
    for way in ways:
        await loads.closed(way, bookings=max(plan.in_flight, plan.bookings // 3), in_flight=plan.in_flight)
    for number in range(plan.rounds):
        order = [*ways[number % len(ways) :], *ways[: number % len(ways)]]
        for way in order:
            latencies = loads.closed(way, bookings=plan.bookings, in_flight=plan.in_flight)
            yield await measure(way.name, "closed", number, {**servers, **way.roles}, latencies)
        if plan.rate:
            for way in order:
                latencies = loads.opened(way, rate=plan.rate, seconds=plan.seconds)
                yield await measure(way.name, "open", number, {**servers, **way.roles}, latencies)
        if plan.singles:
            alone = [way for way in order if way.name in plan.light]
            for name, seconds in (await loads.in_turn(alone, bookings=plan.singles, pause=PAUSE)).items():
                per_second = round(len(seconds) / sum(seconds), 2)
                yield Measurement(name, "light", number, per_second, percentiles(seconds))
