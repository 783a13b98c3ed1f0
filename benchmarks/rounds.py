"""Rounds of measurement: every way once per round, in another order each time."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.processes import Role
from benchmarks.ways.way import Way

SAMPLE_EVERY = 0.25  # seconds between looks at the memory


@dataclass(frozen=True)
class Measurement:
    """One way in one round: bookings per second, CPU ms per booking and peak MiB for each role."""

    way: str
    per_second: float
    cpu_ms: dict[str, float]
    peak_mib: dict[str, float] = field(default_factory=dict)


async def run(
    ways: Sequence[Way], servers: Mapping[str, Role], *, rounds: int, bookings: int, in_flight: int
) -> list[Measurement]:
    """Warm each way up, then measure; a booking that is not booked is an error."""
    for way in ways:
        await _book_all(way, max(in_flight, bookings // 5), in_flight)
    measured = []
    for number in range(rounds):
        order = [*ways[number % len(ways) :], *ways[: number % len(ways)]]
        for way in order:
            measured.append(await _measure(way, {**servers, **way.roles}, bookings, in_flight))
            print(f"round {number + 1}: {way.name:9} {measured[-1].per_second:6.1f} bookings/s", flush=True)
    return measured


async def _measure(way: Way, roles: Mapping[str, Role], bookings: int, in_flight: int) -> Measurement:
    before = {name: role.cpu_seconds() for name, role in roles.items()}
    peaks: dict[str, float] = {}
    watching = asyncio.create_task(_watch(roles, peaks))
    began = time.perf_counter()
    await _book_all(way, bookings, in_flight)
    took = time.perf_counter() - began
    watching.cancel()
    after = {name: role.cpu_seconds() for name, role in roles.items()}
    cpu = {
        name: (used - start) / bookings * 1000
        for name, used in after.items()
        if used is not None and (start := before[name]) is not None
    }
    return Measurement(way.name, bookings / took, cpu, peaks)


async def _book_all(way: Way, bookings: int, in_flight: int) -> None:
    todo = iter(range(bookings))

    async def client() -> None:
        for _ in todo:
            status = await way.book()
            if status != "booked":
                raise RuntimeError(f"{way.name}: a booking ended {status!r}")

    async with asyncio.TaskGroup() as clients:
        for _ in range(in_flight):
            clients.create_task(client())


async def _watch(roles: Mapping[str, Role], peaks: dict[str, float]) -> None:
    while True:
        for name, role in roles.items():
            if (now := role.memory_mib()) is not None:
                peaks[name] = max(peaks.get(name, 0.0), now)
        await asyncio.sleep(SAMPLE_EVERY)
