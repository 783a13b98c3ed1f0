"""How load is put on a way to book, as latencies in seconds; a booking that is not booked is an error."""

import asyncio
import time
from collections.abc import Sequence

from benchmarks.ways.way import Way


async def closed(way: Way, *, bookings: int, in_flight: int) -> list[float]:
    """So many clients, each of which books again as soon as it has its answer."""
    took: list[float] = []
    todo = iter(range(bookings))

    async def client() -> None:
        took.extend([await booked(way, time.perf_counter()) for _ in todo])

    async with asyncio.TaskGroup() as clients:
        for _ in range(in_flight):
            clients.create_task(client())
    return took


async def opened(way: Way, *, rate: float, seconds: float) -> list[float]:
    """So many bookings a second, each sent at its time whatever comes back.

    A latency counts from the time at which the booking was to be sent: one that goes out late because we were
    held up has waited, as its sender would have (the correction for coordinated omission).
    """
    took: list[float] = []
    began = time.perf_counter()

    async def send(at: float) -> None:
        took.append(await booked(way, at))

    async with asyncio.TaskGroup() as sent:
        for number in range(int(rate * seconds)):
            at = began + number / rate
            await asyncio.sleep(at - time.perf_counter())
            sent.create_task(send(at))
    return took


async def in_turn(ways: Sequence[Way], *, bookings: int, pause: float) -> dict[str, list[float]]:
    """One booking at a time, by each way in turn, a pause before each; the latencies by the way's name."""
    took: dict[str, list[float]] = {way.name: [] for way in ways}
    for number in range(bookings):
        for way in (*ways[number % len(ways) :], *ways[: number % len(ways)]):
            await asyncio.sleep(pause)
            took[way.name].append(await booked(way, time.perf_counter()))
    return took


async def booked(way: Way, since: float) -> float:
    """Book once; the seconds from `since` to the answer."""
    status = await way.book()
    if status != "booked":
        raise RuntimeError(f"{way.name}: a booking ended {status!r}")
    return time.perf_counter() - since
