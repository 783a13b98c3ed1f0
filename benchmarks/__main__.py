"""`python -m benchmarks`: compare the ways to book, in one run, in interleaved rounds."""

from dataclasses import asdict
from typing import Annotated

import typer
import uvloop

from benchmarks import commands, page, results
from benchmarks.rounds import Plan
from benchmarks.run import measured
from benchmarks.ways.table import FIRST, GLUE, LIGHT, OURS
from voyage import devstack


def main(  # noqa: PLR0913 -- one for each option
    *,
    rounds: Annotated[int, typer.Option(help="Rounds; each books with every way.", min=1)] = 11,
    bookings: Annotated[int, typer.Option(help="Closed load: bookings per way and round.", min=1)] = 100,
    in_flight: Annotated[int, typer.Option(help="Closed load: clients at the same time.", min=1)] = 30,
    rate: Annotated[float, typer.Option(help="Open load: bookings a second; 0 for none.", min=0)] = 10.0,
    seconds: Annotated[float, typer.Option(help="Open load: how long, per way and round.", min=1)] = 3.0,
    singles: Annotated[int, typer.Option(help="Light load: bookings one at a time; 0 for none.", min=0)] = 10,
    first: Annotated[bool, typer.Option("--first", help="With this repository's first version.")] = False,
    glue: Annotated[bool, typer.Option("--glue", help="With the least glue that works.")] = False,
) -> None:
    """Measure, and write figures, pictures and page."""
    plan = Plan(rounds, bookings, in_flight, rate, seconds, singles, LIGHT)
    with devstack.stack() as servers:
        rows = [*OURS.values(), *(FIRST.values() if first else ()), *(GLUE.values() if glue else ())]
        made = uvloop.run(measured(servers, rows, plan))
    options = {name: value for name, value in asdict(plan).items() if name != "light"}
    command = f"python -m benchmarks{' --first' if first else ''}{' --glue' if glue else ''}"
    results.save("bookings", command, options, {"measured": [asdict(one) for one in made]})
    page.write()


if __name__ == "__main__":
    commands.run(main)
