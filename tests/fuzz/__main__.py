"""`python -m tests.fuzz --minutes 10`: hunt for long; each target gets its share of the time."""

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from unittest.mock import patch

import typer

from tests.fuzz.hunting import hunt_for
from tests.fuzz.targets import TARGETS
from voyage import devstack


def main(
    minutes: Annotated[float, typer.Option(help="How long, in all.", min=0.01)] = 10.0,
    seed: Annotated[int | None, typer.Option(help="Draw the same cases again.")] = None,
    only: Annotated[str | None, typer.Option(help="One target, by its name.")] = None,
) -> None:
    """Hunt; exit code 1 if a case broke a rule, with the case and its seed."""
    number = random.randrange(2**32) if seed is None else seed  # noqa: S311 -- nothing is kept secret by it
    chosen = [target for target in TARGETS if only in {None, target.name}]
    if not chosen:
        raise typer.BadParameter(f"the targets are {', '.join(target.name for target in TARGETS)}")
    typer.echo(f"Seed {number}; again: python -m tests.fuzz --seed {number}")
    found = 0
    for target in chosen:
        share = target.share / sum(one.share for one in chosen)
        with _servers(needed=target.over_servers):
            tally = hunt_for(target, number, minutes * 60 * share)
        found += len(tally.found)
        typer.echo(f"{target.name}: {tally}")
    typer.echo(f"{found} found in {minutes:g} minutes")
    if found:
        sys.exit(1)


@contextmanager
def _servers(*, needed: bool) -> Iterator[None]:
    """Yours, if AMQP_URL and TEMPORAL_ADDRESS are set, or ones that end with the target's hunt."""
    if not needed:
        yield
        return
    with devstack.stack(say=typer.echo) as running:
        named = {"AMQP_URL": running.amqp_url, "TEMPORAL_ADDRESS": running.temporal_address}
        with patch.dict(os.environ, named):
            yield


if __name__ == "__main__":
    typer.run(main)
