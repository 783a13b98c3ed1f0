"""Measure several scenarios in interleaved rounds: each round puts each load on each scenario once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import psutil
from temporalio.client import Client as Temporal

from benchmarks.measurement import loads
from benchmarks.measurement.histories import history_events
from benchmarks.measurement.measure import Measurement, measure, percentiles
from benchmarks.measurement.processes import ProcessGroup, Roles
from benchmarks.measurement.servers import roles, written
from benchmarks.scenarios.catalog import Entry
from benchmarks.scenarios.scenario import Scenario
from voyage import devstack

THREADS = 500  # the HTTP client waits in threads
PAUSE = 0.4
"""Seconds before each booking of the sequential load.

The dev server reads the queue of its only shard 20 times a second, after a burst of 20. Without the pause,
each step of a booking would wait for that, and the wait would hide what the bridge adds.
"""


@dataclass(frozen=True)
class Plan:
    """The amount of each load. A rate of 0 means no open load; `sequential` names scenarios."""

    rounds: int
    bookings: int
    in_flight: int
    rate: float
    seconds: float
    singles: int
    sequential: Sequence[str]


class Found(NamedTuple):
    """The measurements, and the history events of a booking by scenario."""

    measured: list[Measurement]
    events: dict[str, int]


async def run(servers: devstack.Servers, entries: Iterable[Entry], plan: Plan) -> Found:
    """Start all scenarios, warm them up, measure them, and print each measurement."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    client = ProcessGroup(psutil.Process())
    shared = {**roles(servers), "client": client}
    counted = partial(written, servers)
    found = []
    async with AsyncExitStack() as stack:
        scenarios = [await stack.enter_async_context(entry.start(servers)) for entry in entries]
        async for one in _rounds(scenarios, shared, plan, counted):
            found.append(one)
            print(
                f"round {one.round + 1}: {one.load:6} {one.scenario:16} {one.per_second:6.1f} bookings/s, "
                + ", ".join(f"{name} {ms:.0f} ms" for name, ms in one.latency_ms.items()),
                flush=True,
            )
        temporal = await Temporal.connect(servers.temporal_address)
        events = {one.name: await history_events(temporal, one) for one in scenarios if one.task_queue}
    return Found(found, events)


async def _rounds(
    scenarios: Sequence[Scenario], shared: Roles, plan: Plan, counted: Callable[[], Mapping[str, float]]
) -> AsyncIterator[Measurement]:
    for scenario in scenarios:
        warm_up = max(plan.in_flight, plan.bookings // 3)
        await loads.closed(scenario, bookings=warm_up, in_flight=plan.in_flight)
    for number in range(plan.rounds):
        order = loads.rotated(scenarios, number)
        for scenario in order:
            latencies = loads.closed(scenario, bookings=plan.bookings, in_flight=plan.in_flight)
            yield await measure(
                scenario.name, "closed", number, {**shared, **scenario.roles}, latencies, written=counted
            )
        for scenario in order if plan.rate else ():
            latencies = loads.opened(scenario, rate=plan.rate, seconds=plan.seconds)
            yield await measure(scenario.name, "open", number, {**shared, **scenario.roles}, latencies)
        if plan.singles:
            chosen = [scenario for scenario in order if scenario.name in plan.sequential]
            taken = await loads.sequential(chosen, bookings=plan.singles, pause=PAUSE)
            for name, seconds in taken.items():
                per_second = round(len(seconds) / sum(seconds), 2)
                yield Measurement(name, "sequential", number, per_second, percentiles(seconds))
