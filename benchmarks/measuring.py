"""One measurement: what a load on one way took, and what the processes used meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from benchmarks.latencies import percentiles
from benchmarks.processes import Role
from tests.chaos.meanwhile import meanwhile

SAMPLE_EVERY = 0.25  # seconds between looks at the memory


@dataclass(frozen=True)
class Measurement:
    """One way under one load in one round.

    `latency_ms` by percentile; `cpu_ms` per booking and `peak_mib` by role, where they were looked at.
    """

    way: str
    load: str
    round: int
    per_second: float
    latency_ms: dict[str, float]
    cpu_ms: dict[str, float] = field(default_factory=dict)
    peak_mib: dict[str, float] = field(default_factory=dict)


async def measure(
    way: str, load: str, number: int, roles: Mapping[str, Role], latencies: Awaitable[Sequence[float]]
) -> Measurement:
    """Await the latencies in seconds, and look at the roles' CPU time and memory meanwhile."""
    before = _cpu_seconds(roles)
    began = time.perf_counter()
    async with peaks(roles) as peak_mib:
        seconds = await latencies
    took = time.perf_counter() - began
    used = {name: now - before[name] for name, now in _cpu_seconds(roles).items()}
    return Measurement(
        way=way,
        load=load,
        round=number,
        per_second=round(len(seconds) / took, 2),
        latency_ms=percentiles(seconds),
        cpu_ms={name: round(cpu / len(seconds) * 1000, 2) for name, cpu in used.items()},
        peak_mib=peak_mib,
    )


def _cpu_seconds(roles: Mapping[str, Role]) -> dict[str, float]:
    return {name: used for name, role in roles.items() if (used := role.cpu_seconds()) is not None}


@asynccontextmanager
async def peaks(roles: Mapping[str, Role]) -> AsyncIterator[dict[str, float]]:
    """The most MiB that each role held since the block began."""
    most: dict[str, float] = {}

    async def watch() -> None:
        while True:
            for name, role in roles.items():
                if (now := role.memory_mib()) is not None:
                    most[name] = max(most.get(name, 0.0), round(now, 1))
            await asyncio.sleep(SAMPLE_EVERY)

    async with meanwhile(watch()):
        yield most
