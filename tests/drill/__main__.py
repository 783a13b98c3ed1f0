"""`make drill`: lose RabbitMQ's disk, put Temporal's database back; what is lost, what comes back?"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tests.chaos import bundle as kept
from tests.chaos.environment import a_world
from tests.chaos.processes import SHAPES, TWO_SERVICES
from tests.chaos.run import BUNDLE, run_command
from tests.drill.lost_disk import lose_the_disk
from tests.drill.rehearsal import SLOWNESS, Rehearsal
from tests.drill.restored_database import restore_the_database
from voyage.devstack.temporal_release import chosen

DRILLS = {"rabbitmq": lose_the_disk, "temporal": restore_the_database}


def main(
    only: Annotated[str, typer.Option(help=f"One of {', '.join(DRILLS)}.")] = "",
    bundle: Annotated[Path, typer.Option(help="Where a failed drill leaves what it has.")] = BUNDLE,
) -> None:
    """Exit code 0 if what the page promises held, else 1."""
    if only and only not in DRILLS:
        raise typer.BadParameter(f"is none of {', '.join(DRILLS)}", param_hint="--only")
    if chosen():
        sys.exit("drill: TEMPORAL_SERVER is set; the drill puts back the database of the CLI's dev server")
    wrong = [line for name in DRILLS if only in {"", name} for line in asyncio.run(drill(name, bundle))]
    print("Every booking whole or undone, and answered." if not wrong else "\n".join(wrong))
    if wrong:
        sys.exit(1)


async def drill(name: str, leave: Path) -> Sequence[str]:
    """What was wrong in the end."""
    print(f"{name}:", flush=True)
    async with a_world(SHAPES[TWO_SERVICES], slowness=SLOWNESS) as world:
        rehearsal = await Rehearsal.of(world)
        await DRILLS[name](rehearsal)
        wrong, seen = await rehearsal.check()
        if wrong:
            await kept.write(leave / f"drill-{name}", world, ([], rehearsal.sent, seen), wrong)
        return wrong


if __name__ == "__main__":
    run_command("drill", main)
