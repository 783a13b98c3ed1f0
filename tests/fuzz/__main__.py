"""`python -m tests.fuzz --minutes 10`: hunt for long; each target gets the same time."""

import random
from typing import Annotated

import typer

from tests.fuzz.hunting import hunt_for
from tests.fuzz.targets import TARGETS


def main(
    minutes: Annotated[float, typer.Option(help="How long, in all.", min=0.01)] = 10.0,
    seed: Annotated[int | None, typer.Option(help="Draw the same cases again.")] = None,
    only: Annotated[str | None, typer.Option(help="One target, by its name.")] = None,
) -> None:
    """Hunt; the first case that breaks a rule ends it, with the smallest such case and the seed."""
    number = random.randrange(2**32) if seed is None else seed  # noqa: S311 -- nothing is kept secret by it
    chosen = [target for target in TARGETS if only in {None, target.name}]
    if not chosen:
        raise typer.BadParameter(f"the targets are {', '.join(target.name for target in TARGETS)}")
    typer.echo(f"Seed {number}; again: python -m tests.fuzz --seed {number}")
    for target in chosen:
        tried = hunt_for(target, number, minutes * 60 / len(chosen))
        typer.echo(f"{target.name}: {tried:,} cases, and the rule holds for all of them")


if __name__ == "__main__":
    typer.run(main)
