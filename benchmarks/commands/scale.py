"""`scale`: thousands of bookings in flight, and more workers and consumers."""

from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Annotated, Any

import typer
import uvloop

from benchmarks.measurement import loads, results
from benchmarks.measurement.drain import draining, publish
from benchmarks.measurement.measure import measure
from benchmarks.report import page
from benchmarks.scenarios.message import SIMULATED, by_message
from voyage import devstack

COUNTS = (1, 2, 4)
IN_FLIGHT = 60  # clients, enough for four workers


def scale(
    *,
    requests: Annotated[int, typer.Option(help="Bookings in flight at the same time.", min=10)] = 5000,
    seconds: Annotated[float, typer.Option(help="Time that their supplier takes.", min=1)] = 60.0,
    rounds: Annotated[int, typer.Option(help="Rounds of each comparison.", min=1)] = 5,
    bookings: Annotated[int, typer.Option(help="Bookings per number of processes.", min=1)] = 200,
) -> None:
    """Measure 5,000 bookings in flight, and one, two and four workers and consumers."""
    options = dict(locals())
    with devstack.stack() as servers:
        figures = {
            "measured": uvloop.run(_counts(servers, rounds, bookings)),
            "in_flight": uvloop.run(_in_flight(servers, requests, seconds)),
        }
    results.save("scale", options, figures)
    page.write()


async def _counts(servers: devstack.Servers, rounds: int, bookings: int) -> list[dict[str, Any]]:
    """Put the same load on one, two and four workers and consumers."""
    rows = []
    async with AsyncExitStack() as stack:
        scenarios = [
            await stack.enter_async_context(by_message(servers, str(count), count=count)) for count in COUNTS
        ]
        for scenario in scenarios:
            await loads.closed(scenario, bookings=bookings, in_flight=IN_FLIGHT)
        for number in range(rounds):
            for scenario in loads.rotated(scenarios, number):
                load = loads.closed(scenario, bookings=bookings, in_flight=IN_FLIGHT)
                row = await measure(scenario.name, "closed", number, scenario.roles, load)
                print(f"round {number + 1}: {row.scenario} of each: {row.per_second:.1f}/s", flush=True)
                rows.append(asdict(row))
    return rows


async def _in_flight(servers: devstack.Servers, requests: int, seconds: float) -> dict[str, Any]:
    """Book with a supplier that takes so many seconds for one leg."""
    variables = {
        **SIMULATED,
        "VOYAGE_CAR_SUPPLIER_PLUGIN": "benchmarks.scenarios.slow_supplier:SlowSupplier",
        "BENCH_SUPPLIER_SECONDS": str(seconds),
        # Each booking waits for its supplier, so the worker must not take a long call for a dead one.
        "VOYAGE_MAX_CONCURRENT_ACTIVITIES": str(requests),
        "VOYAGE_TRY_TIMEOUT": str(seconds * 4),
        "VOYAGE_HEARTBEAT_TIMEOUT": str(seconds),
    }
    async with (
        by_message(servers, "in-flight", variables=variables) as scenario,
        draining(scenario.environment, scenario.roles) as drain,
    ):
        await publish(scenario.environment, requests)
        await drain.until(requests)
    most = max(requests - sample.queued - sample.answered for sample in drain.samples)
    print(f"{most} in flight at most, longest pause between answers {drain.longest_pause} s", flush=True)
    return {
        "requests": requests,
        "seconds": seconds,
        "most": most,
        "took": round(drain.answers[-1], 1),
        "longest_pause": drain.longest_pause,
        "samples": [asdict(sample) for sample in drain.samples],
    }
