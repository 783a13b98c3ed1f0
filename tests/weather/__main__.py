"""`make weather ROUNDS=… ONLY=… SHAPE=…`: what networks and machines do, and what each costs."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tests.chaos.environment import a_world
from tests.chaos.processes import SHAPES, TWO_SERVICES
from tests.chaos.run import run_command, verdict
from tests.weather.faults.catalogue import FAULTS
from tests.weather.measured import table
from tests.weather.run import SETTINGS, Report, run
from tests.weather.scene import USER, Fault

BUNDLE = Path("chaos-bundle/weather")


def main(
    rounds: Annotated[int, typer.Option(help="How many times each fault comes.", min=1)] = 3,
    only: Annotated[str, typer.Option(help="Only the faults whose name contains this.")] = "",
    shape: Annotated[str, typer.Option(help=f"Which processes: {', '.join(SHAPES)}.")] = TWO_SERVICES,
) -> None:
    """Exit code 0 if every promise held, else 1."""
    if shape not in SHAPES:
        raise typer.BadParameter(f"is none of {', '.join(SHAPES)}", param_hint="--shape")
    faults = [fault for fault in FAULTS if only.lower() in fault.name.lower()]
    if not faults:
        names = "\n  ".join(fault.name for fault in FAULTS)
        raise typer.BadParameter(f"is in none of these names:\n  {names}", param_hint="--only")
    report = asyncio.run(weather(faults, rounds, shape))
    print(f"\n{table(report.measured, report.wrong_by_seed)}\n\n{verdict(report.wrong, BUNDLE)}")
    if report.wrong:
        sys.exit(1)


async def weather(faults: Sequence[Fault], rounds: int, shape: str) -> Report:
    """Run it in a world of its own."""
    async with a_world(SHAPES[shape], SETTINGS, USER) as world:
        return await run(world, faults, rounds, BUNDLE, lambda text: print(f"  {text}", flush=True))


if __name__ == "__main__":
    run_command("weather", main)
