"""`python -m tests.silence --times 50`: let one connection after the other go silent, and tell what came."""

import asyncio
import logging
import sys
from collections.abc import Sequence
from statistics import median
from typing import Annotated

import typer

from publisher.contract.result import Status
from tests.silence.rounds import Outcome, rounds, run
from tests.silence.world import a_world
from voyage import devstack
from voyage.runtime.settings import LEAST_SILENCE


def main(
    times: Annotated[int, typer.Option(help="How many rounds; 24 differ.", min=1)] = 24,
    silence: Annotated[
        float, typer.Option(help="VOYAGE_SILENCE_TIMEOUT.", min=LEAST_SILENCE)
    ] = LEAST_SILENCE,
) -> None:
    """Exit code 0 if no process ended, every booking was answered, and nothing waited too long; else 1."""
    for library in ("aio_pika", "aiormq", "asyncio"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    with devstack.stack(say=print) as servers:
        outcomes = asyncio.run(every(servers, times, silence))
    print(summary(outcomes))
    sys.exit(int(any(is_bad(one, silence) for one in outcomes)))


async def every(servers: devstack.Servers, times: int, silence: float) -> list[Outcome]:
    """The outcome of each round, told as it comes."""
    outcomes = []
    async with a_world(servers.amqp_url, servers.temporal_address, silence) as world:
        for number, one in enumerate(rounds(times), 1):
            outcomes.append(outcome := await run(world, one))
            print(f"{number:>3} {told(outcome)}", flush=True)
    return outcomes


def told(one: Outcome) -> str:
    """One line about a round."""
    health = "" if one.back is None else f", not ready after {one.noticed:.1f} s, back after {one.back:.1f} s"
    ended = f", ENDED: {', '.join(one.ended)}" if one.ended else ""
    return f"{one.round}: longest wait {one.longest_wait:.1f} s{health}{ended}"


def is_bad(one: Outcome, silence: float) -> bool:
    """Whether a promise was broken."""
    return bool(one.ended) or one.statuses != {Status.BOOKED} or one.longest_wait > one.round.longest(silence)


def summary(outcomes: Sequence[Outcome]) -> str:
    """What came of all."""
    waits = [one.longest_wait for one in outcomes]
    noticed = [one.noticed for one in outcomes if one.noticed is not None]
    back = [one.back for one in outcomes if one.back is not None]
    ended = sum(len(one.ended) for one in outcomes)
    lines = [f"{len(outcomes)} rounds, {ended} processes ended, longest wait {max(waits):.1f} s"]
    for what, seconds in (("waits", waits), ("not ready after", noticed), ("back after", back)):
        if seconds:
            lines.append(f"{what}: median {median(seconds):.1f} s, most {max(seconds):.1f} s")
    return "\n".join(lines)


if __name__ == "__main__":
    typer.run(main)
