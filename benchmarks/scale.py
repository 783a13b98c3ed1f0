"""`make bench-scale`: thousands in flight at once, more processes, and what the broker leg alone carries."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Annotated, Any

import typer
import uvloop

from benchmarks import broker_leg, commands, in_flight, loads, page, results
from benchmarks.measuring import measure
from benchmarks.ways.messages import by_several
from benchmarks.ways.way import Way
from voyage import devstack

COUNTS = (1, 2, 4)
IN_FLIGHT = 60  # clients, so that four workers have something to do


def main(
    *,
    requests: Annotated[int, typer.Option(help="Bookings in flight at once.", min=10)] = 5000,
    seconds: Annotated[float, typer.Option(help="What their supplier takes.", min=1)] = 60.0,
    rounds: Annotated[int, typer.Option(help="Rounds of what is compared.", min=1)] = 5,
    bookings: Annotated[int, typer.Option(help="Bookings per number of processes and round.", min=1)] = 200,
    messages: Annotated[int, typer.Option(help="Messages per round through the broker leg.", min=1)] = 5000,
) -> None:
    """Measure, and write figures, pictures and page."""
    options = dict(locals())
    with devstack.stack() as servers:
        figures = {
            "broker_leg": uvloop.run(broker_leg.measure(servers, rounds, messages)),
            "measured": uvloop.run(_counts(servers, rounds, bookings)),
            "in_flight": uvloop.run(in_flight.measure(servers, requests, seconds)),
        }
    results.save("scale", "python -m benchmarks.scale", options, figures)
    page.write()


async def _counts(servers: devstack.Servers, rounds: int, bookings: int) -> list[dict[str, Any]]:
    """The same load on one, two and four consumers and workers, by turns."""
    async with AsyncExitStack() as stack:
        ways = [await stack.enter_async_context(by_several(servers, str(count), count)) for count in COUNTS]
        for way in ways:
            await loads.closed(way, bookings=bookings, in_flight=IN_FLIGHT)
        return [row for number in range(rounds) for row in await _round(ways, number, bookings)]


async def _round(ways: Sequence[Way], number: int, bookings: int) -> list[dict[str, Any]]:
    rows = []
    for way in (*ways[number % len(ways) :], *ways[: number % len(ways)]):
        load = loads.closed(way, bookings=bookings, in_flight=IN_FLIGHT)
        row = await measure(way.name, "closed", number, way.roles, load)
        print(f"round {number + 1}: {way.name} of each: {row.per_second:.1f} bookings/s", flush=True)
        rows.append(asdict(row))
    return rows


if __name__ == "__main__":
    commands.run(main)
