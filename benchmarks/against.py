"""`make bench-against`: the CPU time of this version beside that of an earlier one, at the same time.

A machine that others use is faster now and slower a second later. What runs at the same time is slowed
alike, so that CPU time per booking compares within a few per cent; one after the other differs by a third.
"""

import asyncio
import statistics
from collections.abc import Awaitable
from typing import Annotated

import typer
import uvloop

from benchmarks import commands, loads
from benchmarks.figures import spread
from benchmarks.measuring import Measurement, measure
from benchmarks.ways.earlier import FIRST_COMMIT, at_commit
from benchmarks.ways.messages import by_message
from benchmarks.ways.way import Way
from voyage import devstack

IN_FLIGHT = 15  # clients of each version
ROLES = ("worker", "consumer")


def main(
    commit: Annotated[str, typer.Option(help="The earlier version.")] = FIRST_COMMIT,
    slices: Annotated[int, typer.Option(help="How often it is measured.", min=1)] = 12,
    bookings: Annotated[int, typer.Option(help="Bookings of each version and slice.", min=1)] = 150,
) -> None:
    """Measure, and print what this version takes of what the earlier one takes."""
    with devstack.stack() as servers:
        uvloop.run(_compare(servers, commit, slices, bookings))


async def _compare(servers: devstack.Servers, commit: str, slices: int, bookings: int) -> None:
    async with by_message(servers) as now, at_commit(servers, commit, "earlier") as earlier:
        await _side_by_side(now, earlier, 0, bookings)  # warms up
        pairs = [await _side_by_side(now, earlier, number, bookings) for number in range(slices)]
    for role in ROLES:
        of_now, of_earlier = ([one.cpu_ms[role] for one in ones] for ones in zip(*pairs, strict=True))
        ratios = [one / two for one, two in zip(of_now, of_earlier, strict=True)]
        print(
            f"{role}: {statistics.median(of_now):.1f} ms of CPU per booking, "
            f"{statistics.median(of_earlier):.1f} at {commit}; ratio {spread(ratios, 2)}"
        )


async def _side_by_side(
    now: Way, earlier: Way, number: int, bookings: int
) -> tuple[Measurement, Measurement]:
    def measured(way: Way) -> Awaitable[Measurement]:
        load = loads.closed(way, bookings=bookings, in_flight=IN_FLIGHT)
        return measure(way.name, "closed", number, way.roles, load)

    return await asyncio.gather(measured(now), measured(earlier))


if __name__ == "__main__":
    commands.run(main)
