"""Loads on a scenario. Each returns latencies in seconds, and raises if a trip is not booked."""

import asyncio
import time
from collections.abc import Sequence

from benchmarks.scenarios.scenario import Scenario


async def closed(scenario: Scenario, *, bookings: int, in_flight: int) -> list[float]:
    """Run `in_flight` clients; each client books again when it has its answer."""
    latencies: list[float] = []
    remaining = iter(range(bookings))

    async def client() -> None:
        latencies.extend([await booked(scenario, time.perf_counter()) for _ in remaining])

    async with asyncio.TaskGroup() as clients:
        for _ in range(in_flight):
            clients.create_task(client())
    return latencies


async def opened(scenario: Scenario, *, rate: float, seconds: float) -> list[float]:
    """Send `rate` bookings a second, whether answers come or not.

    A latency counts from the time at which the booking was due, not from the time at which it was sent. So a
    client that is late adds to the latency (the correction for coordinated omission).
    """
    latencies: list[float] = []
    began = time.perf_counter()

    async def send(due: float) -> None:
        latencies.append(await booked(scenario, due))

    async with asyncio.TaskGroup() as sent:
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(due - time.perf_counter())
            sent.create_task(send(due))
    return latencies


async def sequential(scenarios: Sequence[Scenario], *, bookings: int, pause: float) -> dict[str, list[float]]:
    """Book one trip at a time, by each scenario in turn, with a pause before each booking."""
    latencies: dict[str, list[float]] = {scenario.name: [] for scenario in scenarios}
    for number in range(bookings):
        for scenario in rotated(scenarios, number):
            await asyncio.sleep(pause)
            latencies[scenario.name].append(await booked(scenario, time.perf_counter()))
    return latencies


def rotated(scenarios: Sequence[Scenario], by: int) -> list[Scenario]:
    """The same scenarios in another order, so that none is always the first."""
    first = by % len(scenarios)
    return [*scenarios[first:], *scenarios[:first]]


async def booked(scenario: Scenario, since: float) -> float:
    """Book one trip, and return the seconds from `since` to the answer."""
    status = await scenario.book()
    if status != "booked":
        raise RuntimeError(f"{scenario.name}: a booking ended {status!r}")
    return time.perf_counter() - since
