"""`make bench-backlog`: many requests published, then drained, and whether the rate holds."""

from dataclasses import asdict
from itertools import pairwise
from typing import Annotated, Any

import typer
import uvloop

from benchmarks import commands, page, results
from benchmarks.draining import draining, publish
from benchmarks.ways.messages import CONSUMER, WORKER, running
from benchmarks.ways.names import own_names
from voyage import devstack

WARM_UP = 300  # bookings


def main(
    *,
    requests: Annotated[int, typer.Option(help="How many wait.", min=1000)] = 10_000,
    rounds: Annotated[int, typer.Option(help="How often they are drained, over new servers.", min=1)] = 1,
) -> None:
    """Measure, and write figures, pictures and page."""
    drains = []
    for _ in range(rounds):
        with devstack.stack() as servers:
            drains.append(uvloop.run(measure(servers, requests)))
    options = {"requests": requests, "rounds": rounds}
    results.save("backlog", "python -m benchmarks.backlog", options, {"requests": requests, "drains": drains})
    page.write()


async def measure(servers: devstack.Servers, requests: int) -> dict[str, Any]:
    """Warm up, publish while nobody consumes, then let one consumer and one worker drain."""
    async with own_names(servers) as environment, running(WORKER, environment) as worker:
        async with running(CONSUMER, environment), draining(environment, {}) as warming:
            await publish(environment, WARM_UP)
            await warming.until(WARM_UP)
        await publish(environment, requests)
        print(f"{requests} requests wait; draining", flush=True)
        async with (
            running(CONSUMER, environment) as consumer,
            draining(environment, {"worker": worker, "consumer": consumer}) as drain,
        ):
            await drain.until(requests)
    parts = tenths(len(drain.answers))
    rates = [drain.per_second(begin, end) for begin, end in parts]
    print(f"bookings/s in each tenth: {', '.join(f'{rate:.1f}' for rate in rates)}")
    return {
        "per_second": drain.per_second(0, requests - 1),
        "tenths": rates,
        "spins": [drain.spin(begin, end) for begin, end in parts],
        "taken_after": next(sample.at for sample in drain.samples if not sample.queued),
        "samples": [asdict(sample) for sample in drain.samples],
    }


def tenths(answers: int) -> list[tuple[int, int]]:
    """First and last answer of each tenth, without the first answers, when the consumer had just started."""
    last = answers - 1
    skipped = last // 20
    return list(pairwise(skipped + (last - skipped) * part // 10 for part in range(11)))


if __name__ == "__main__":
    commands.run(main)
