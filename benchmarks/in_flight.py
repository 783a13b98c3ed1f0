"""Thousands of bookings in flight at once, each waiting for a slow supplier."""

from dataclasses import asdict
from typing import Any

from benchmarks.draining import draining, publish
from benchmarks.slow_supplier import SECONDS
from benchmarks.ways.messages import CONSUMER, WORKER, running
from benchmarks.ways.names import own_names
from voyage import devstack


async def measure(servers: devstack.Servers, requests: int, seconds: float) -> dict[str, Any]:
    """So many, each with one leg that takes so many seconds; one consumer, one worker."""
    async with own_names(servers) as environment:
        environment |= {
            "VOYAGE_CAR_SUPPLIER_PLUGIN": "benchmarks.slow_supplier:SlowSupplier",
            SECONDS: str(seconds),
            # Every booking may wait for its supplier at once, and a wait that long is no sign of death.
            "VOYAGE_MAX_CONCURRENT_ACTIVITIES": str(requests),
            "VOYAGE_TRY_TIMEOUT": str(seconds * 4),
            "VOYAGE_HEARTBEAT_TIMEOUT": str(seconds),
        }
        async with (
            running(WORKER, environment) as worker,
            running(CONSUMER, environment) as consumer,
            draining(environment, {"worker": worker, "consumer": consumer}) as drain,
        ):
            await publish(environment, requests)
            await drain.until(requests)
    most = max(requests - sample.queued - sample.answered for sample in drain.samples)
    print(f"{most} in flight at most, longest pause between answers {drain.longest_pause} s", flush=True)
    return {
        "requests": requests,
        "seconds": seconds,
        "most": most,
        "took": round(drain.answers[-1], 1),
        "longest_pause": drain.longest_pause,
        "samples": [asdict(sample) for sample in drain.samples],
    }
