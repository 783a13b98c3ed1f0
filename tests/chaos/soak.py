"""`make soak MINUTES=…`: steady load and a restart a minute; what each process holds must stay flat."""

import asyncio
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.chaos.environment import a_world
from tests.chaos.faults import schedule
from tests.chaos.load import orders
from tests.chaos.observation import chart as picture
from tests.chaos.observation.observed import Sample
from tests.chaos.processes import SHAPES, TWO_SERVICES
from tests.chaos.run import BUNDLE, Report, run, run_command, verdict

POISON = 0.02  # as a share of all messages
PER_SECOND = 3  # messages; half of what two busy cores can take
RESTART_EVERY = 60.0  # seconds
console = Console(soft_wrap=True)


def main(
    minutes: Annotated[float, typer.Option(help="How long.", min=1.0)] = 10.0,
    seed: Annotated[int, typer.Option(help="Draw by it.")] = 1,
    shape: Annotated[str, typer.Option(help=f"Which processes: {', '.join(SHAPES)}.")] = TWO_SERVICES,
) -> None:
    """Exit code 0 if every promise held and nothing grew, else 1."""
    leave = BUNDLE / f"soak-{seed}"
    report = asyncio.run(soak(minutes * 60, seed, shape, leave))
    file = leave.with_suffix(".svg")
    picture.draw(report.seen.samples, file)
    console.print(str(report), held(report.seen.samples))
    print(f"The picture: {file}\n{verdict(report.wrong, leave)}")
    if report.wrong:
        sys.exit(1)


async def soak(seconds: float, seed: int, shape: str, leave: Path) -> Report:
    """Run it."""
    async with a_world(SHAPES[shape]) as world:
        restarts = schedule.restarts(seed, int(seconds / RESTART_EVERY), RESTART_EVERY, list(world.processes))
        sent = orders.draw(seed, int(seconds * PER_SECOND), seconds, POISON)
        return await run(world, sent, restarts, leave)


def held(samples: Sequence[Sample]) -> Table:
    """The middle and the most of what each process held."""
    table = Table("process", "memory, MiB", "threads", "connections", "file handles", title="median (most)")
    for process in sorted({sample.process for sample in samples}):
        mine = [sample for sample in samples if sample.process == process]
        columns = [[getattr(sample, what) for sample in mine] for what in picture.TITLES]
        table.add_row(process, *(f"{statistics.median(one):.0f} ({max(one):.0f})" for one in columns))
    return table


if __name__ == "__main__":
    run_command("soak", main)
