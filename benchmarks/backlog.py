"""`make bench-backlog`: many requests published, then drained, and whether the rate holds."""

import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer
import uvloop

import devstack
from benchmarks import page, results
from benchmarks.draining import draining, publish
from benchmarks.ways.messages import CONSUMER, WORKER, running
from benchmarks.ways.names import own_names

WARM_UP = 300  # bookings


def main(requests: Annotated[int, typer.Option(help="How many.", min=1000)] = 10_000) -> None:
    """Measure, and write figures, pictures and page."""
    with devstack.stack() as servers:
        figures = uvloop.run(measure(servers, requests))
    results.save("backlog", "python -m benchmarks.backlog", {"requests": requests}, figures)
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
    # The first of them met a consumer that was just starting.
    tenth, skipped, last = requests // 10, requests // 20, requests - 1
    first_rate = drain.per_second(skipped, skipped + tenth)
    last_rate = drain.per_second(last - tenth, last)
    print(f"first tenth {first_rate:.1f}/s, last tenth {last_rate:.1f}/s, ratio {last_rate / first_rate:.2f}")
    return {
        "requests": requests,
        "per_second": drain.per_second(0, last),
        "first_per_second": first_rate,
        "last_per_second": last_rate,
        "taken_after": next(sample.at for sample in drain.samples if not sample.queued),
        "samples": [asdict(sample) for sample in drain.samples],
    }


if __name__ == "__main__":
    try:
        typer.run(main)
    except devstack.DevstackError as error:
        sys.exit(f"bench: {error}")
