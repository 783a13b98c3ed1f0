"""`make bench-apart`: a, b and c with Temporal and the worker on one core, and all else on another.

So what the bridge takes doesn't come out of the share of what a system is sized by. Linux only.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
import uvloop

from benchmarks import commands, page, results
from benchmarks.processes import Role
from benchmarks.rounds import Plan
from benchmarks.run import measured
from benchmarks.ways.table import OURS
from benchmarks.ways.way import Way
from voyage import devstack

WAYS = ("direct", "tutorial", "message")
TEMPORAL, REST = 0, 1  # cores


def main(
    *,
    rounds: Annotated[int, typer.Option(help="Rounds; each books with every way.", min=1)] = 11,
    bookings: Annotated[int, typer.Option(help="Bookings per way and round.", min=1)] = 100,
    in_flight: Annotated[int, typer.Option(help="Clients at the same time.", min=1)] = 30,
) -> None:
    """Measure, and write figures and page."""
    if not {TEMPORAL, REST} <= getattr(os, "sched_getaffinity", lambda _: set())(0):
        sys.exit("bench: this needs Linux and two cores; make bench has the same ways without")
    plan = Plan(rounds, bookings, in_flight, rate=0, seconds=1, singles=0, light=())
    with devstack.stack() as servers:
        made = uvloop.run(measured(servers, [OURS[way] for way in WAYS], plan, place=apart))
    options = {"rounds": rounds, "bookings": bookings, "in_flight": in_flight}
    results.save("apart", "python -m benchmarks.apart", options, {"measured": [asdict(one) for one in made]})
    page.write()


def apart(servers: Mapping[str, Role], ways: Sequence[Way]) -> None:
    """Give Temporal and its workers a core, and all else the other one; threads to come inherit it."""
    for way in ways:
        for name, role in way.roles.items():
            _keep_to(TEMPORAL if name == "worker" else REST, role)
    for name, role in servers.items():
        _keep_to(TEMPORAL if name == "server" else REST, role)


def _keep_to(core: int, role: Role) -> None:
    for process in role.processes:
        for thread in process.threads():
            os.sched_setaffinity(thread.id, {core})


if __name__ == "__main__":
    commands.run(main)
