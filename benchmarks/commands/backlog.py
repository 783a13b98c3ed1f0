"""`backlog`: many requests wait, and one consumer and one worker drain them."""

from dataclasses import asdict
from itertools import pairwise
from typing import Annotated, Any

import typer
import uvloop

from benchmarks.measurement import results
from benchmarks.measurement.drain import draining, publish
from benchmarks.measurement.processes import service
from benchmarks.report import page
from benchmarks.scenarios.message import SIMULATED, TWO_SERVICES
from benchmarks.scenarios.queues import own_queues
from voyage import devstack

WARM_UP = 300  # bookings


def backlog(
    *,
    requests: Annotated[int, typer.Option(help="Requests that wait.", min=1000)] = 10_000,
    rounds: Annotated[int, typer.Option(help="Backlogs, each over new servers.", min=1)] = 1,
) -> None:
    """Drain a backlog, and compare the rate of the last tenth with that of the first tenth."""
    drains = []
    for _ in range(rounds):
        with devstack.stack() as servers:
            drains.append(uvloop.run(_drain(servers, requests)))
    options = {"requests": requests, "rounds": rounds}
    results.save("backlog", options, {"requests": requests, "drains": drains})
    page.write()


async def _drain(servers: devstack.Servers, requests: int) -> dict[str, Any]:
    run_worker, run_consumer = TWO_SERVICES["worker"], TWO_SERVICES["consumer"]
    async with (
        own_queues(servers) as queues,
        service(run_worker.command, {**queues, **SIMULATED}, run_worker.ready) as worker,
    ):
        async with (
            service(run_consumer.command, queues, run_consumer.ready),
            draining(queues, {}) as warm_up,
        ):
            await publish(queues, WARM_UP)
            await warm_up.until(WARM_UP)
        await publish(queues, requests)
        print(f"{requests} requests wait", flush=True)
        async with (
            service(run_consumer.command, queues, run_consumer.ready) as consumer,
            draining(queues, {"worker": worker, "consumer": consumer}) as drain,
        ):
            await drain.until(requests)
    parts = tenths(len(drain.answers))
    rates = [drain.per_second(begin, end) for begin, end in parts]
    print(f"bookings/s in each tenth: {', '.join(f'{rate:.1f}' for rate in rates)}")
    return {
        "per_second": drain.per_second(0, requests - 1),
        "tenths": rates,
        "calibration_ms": [drain.calibration_ms(begin, end) for begin, end in parts],
        "taken_after": next(sample.at for sample in drain.samples if not sample.queued),
        "samples": [asdict(sample) for sample in drain.samples],
    }


def tenths(answers: int) -> list[tuple[int, int]]:
    """First and last answer of each tenth, without the first twentieth, in which the consumer starts."""
    last = answers - 1
    skipped = last // 20
    return list(pairwise(skipped + (last - skipped) * part // 10 for part in range(11)))
