"""`throughput`: throughput, latency, CPU and memory of each scenario."""

from dataclasses import asdict
from typing import Annotated

import typer
import uvloop

from benchmarks.measurement import results
from benchmarks.measurement.rounds import Plan, run
from benchmarks.report import page
from benchmarks.scenarios.catalog import GLUE, SCENARIOS, SEQUENTIAL, at
from voyage import devstack


def throughput(  # noqa: PLR0913 -- one for each option
    *,
    rounds: Annotated[int, typer.Option(help="Rounds; each measures every scenario.", min=1)] = 11,
    bookings: Annotated[int, typer.Option(help="Closed load: bookings per scenario and round.", min=1)] = 100,
    in_flight: Annotated[int, typer.Option(help="Closed load: clients.", min=1)] = 30,
    rate: Annotated[float, typer.Option(help="Open load: bookings a second; 0 for none.", min=0)] = 10.0,
    seconds: Annotated[float, typer.Option(help="Open load: seconds per round.", min=1)] = 3.0,
    singles: Annotated[int, typer.Option(help="Bookings one at a time; 0 for none.", min=0)] = 10,
    glue: Annotated[bool, typer.Option("--glue", help="Also measure minimal glue code.")] = False,
    earlier: Annotated[str, typer.Option(help="A commit whose Voyage to measure beside today's.")] = "",
) -> None:
    """Measure throughput, latency, CPU and memory, and compare with Temporal's tutorial."""
    options = dict(locals())
    plan = Plan(rounds, bookings, in_flight, rate, seconds, singles, SEQUENTIAL)
    entries = [
        *SCENARIOS.values(),
        *(GLUE.values() if glue else ()),
        *(at(earlier).values() if earlier else ()),
    ]
    with devstack.stack() as servers:
        found = uvloop.run(run(servers, entries, plan))
    figures = {"events": found.events, "measured": [asdict(one) for one in found.measured]}
    results.save("throughput", options, figures)
    page.write()
