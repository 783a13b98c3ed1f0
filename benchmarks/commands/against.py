"""`against`: CPU time of this version and of an earlier commit, measured at the same time.

A shared machine is fast now and slow a second later. Two versions that run at the same time are slowed alike,
so their CPU time per booking compares well.
"""

import asyncio
import statistics
from typing import Annotated

import typer
import uvloop

from benchmarks.measurement import loads
from benchmarks.measurement.measure import Measurement, measure
from benchmarks.report.figures import spread
from benchmarks.scenarios.earlier import FIRST_COMMIT, at_commit
from benchmarks.scenarios.message import by_message
from benchmarks.scenarios.scenario import Scenario
from voyage import devstack

IN_FLIGHT = 15  # clients of each version


def against(
    commit: Annotated[str, typer.Option(help="The earlier commit.")] = FIRST_COMMIT,
    rounds: Annotated[int, typer.Option(help="Rounds.", min=1)] = 12,
    bookings: Annotated[int, typer.Option(help="Bookings of each version and round.", min=1)] = 150,
) -> None:
    """Compare CPU per booking with an earlier commit."""
    with devstack.stack() as servers:
        uvloop.run(_compare(servers, commit, rounds, bookings))


async def _compare(servers: devstack.Servers, commit: str, rounds: int, bookings: int) -> None:
    async with by_message(servers, "now") as now, at_commit(servers, commit) as earlier:
        pairs = [await _together(now, earlier, number, bookings) for number in range(rounds + 1)]
    for role in now.roles:
        new, old = (
            [one.cpu_ms[role] for one in ones] for ones in zip(*pairs[1:], strict=True)
        )  # one warms up
        ratios = [one / two for one, two in zip(new, old, strict=True)]
        print(
            f"{role}: {statistics.median(new):.1f} ms of CPU per booking, "
            f"{statistics.median(old):.1f} at {commit}; ratio {spread(ratios, 2)}"
        )


async def _together(now: Scenario, earlier: Scenario, number: int, bookings: int) -> list[Measurement]:
    return await asyncio.gather(
        *(
            measure(
                one.name,
                "closed",
                number,
                one.roles,
                loads.closed(one, bookings=bookings, in_flight=IN_FLIGHT),
            )
            for one in (now, earlier)
        )
    )
