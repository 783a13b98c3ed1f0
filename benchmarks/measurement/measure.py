"""Measure one load: latency, CPU time and memory."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.measurement.processes import Roles
from tests.chaos.background import in_background

PERCENTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
SAMPLE_EVERY = 0.25  # seconds


@dataclass(frozen=True)
class Measurement:
    """One scenario under one load in one round; CPU ms per booking and peak memory in MiB by role."""

    scenario: str
    load: str
    round: int
    per_second: float
    latency_ms: dict[str, float]
    cpu_ms: dict[str, float] = field(default_factory=dict)
    peak_mib: dict[str, float] = field(default_factory=dict)
    written: dict[str, float] = field(default_factory=dict)
    """What a booking costs Temporal's database, if that is a server: rows, transactions, KiB of its log."""


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Percentiles in ms, by the nearest-rank method: each is a latency that was measured."""
    found = np.quantile(seconds, list(PERCENTILES.values()), method="inverted_cdf")
    return {name: round(float(value) * 1000, 2) for name, value in zip(PERCENTILES, found, strict=True)}


def nothing() -> Mapping[str, float]:
    """What is written where nobody counts it."""
    return {}


async def measure(
    scenario: str,
    load: str,
    number: int,
    roles: Roles,
    latencies: Awaitable[Sequence[float]],
    *,
    written: Callable[[], Mapping[str, float]] = nothing,
) -> Measurement:
    """Await the latencies, and measure the roles meanwhile; `written` counts what is written so far."""
    roles = {name: group for name, group in roles.items() if group.processes}
    before = {name: group.cpu_seconds() for name, group in roles.items()}
    written_before = await asyncio.to_thread(written)
    peak_mib = dict.fromkeys(roles, 0.0)

    async def watch_memory() -> None:
        while True:
            for name, group in roles.items():
                peak_mib[name] = max(peak_mib[name], round(group.memory_mib(), 1))
            await asyncio.sleep(SAMPLE_EVERY)

    began = time.perf_counter()
    async with in_background(watch_memory()):
        seconds = await latencies
    elapsed = time.perf_counter() - began
    used = {name: group.cpu_seconds() - before[name] for name, group in roles.items()}
    written_after = await asyncio.to_thread(written)
    return Measurement(
        scenario=scenario,
        load=load,
        round=number,
        per_second=round(len(seconds) / elapsed, 2),
        latency_ms=percentiles(seconds),
        cpu_ms={name: round(cpu / len(seconds) * 1000, 2) for name, cpu in used.items()},
        peak_mib=peak_mib,
        written={
            name: round((after - written_before[name]) / len(seconds), 1)
            for name, after in written_after.items()
        },
    )
