"""What many more bookings would take, by arithmetic from the last figures and the recorded histories."""

import math
import statistics
from collections.abc import Mapping

from benchmarks.actions import actions, events, kib
from benchmarks.figures import by_round, cpu, measured
from benchmarks.markdown import table

PER_DAY = (1_000_000, 10_000_000, 100_000_000)
PEAK = 3.0  # times the day's average
BUSY = 0.6  # of a core, at the peak
WRITES_PER_EVENT = 27 / 23  # of a three-step booking, read in the server's source
WRITES_PER_SHARD = 50  # a second: writes of 5 ms, a quarter of the time
SHARDS = (512, 1024, 2048, 4096, 8192, 16384)
PER_UNIT = 500  # actions a second that a namespace has, and each Temporal Resource Unit adds
PRICES = (
    (5, 50),
    (5, 45),
    (10, 40),
    (30, 35),
    (50, 30),
    (math.inf, 25),
)  # millions of actions, US$ a million
RECORDED = {
    "booked": "booked, two services",
    "replied-locally": "booked, one process",
    "refused": "the flight is refused: three undos",
    "deadline": "deadline passes on the way",
    "cancelled-and-joined": "cancelled by message, two callers",
}


def billed() -> str:
    """Actions of recorded bookings."""
    rows = []
    for name, title in RECORDED.items():
        found = actions(events(name))
        parts = ", ".join(f"{count} {kind}" for kind, count in found.items())
        rows.append([title, f"{found.total()}", parts, f"{len(events(name))}", f"{kib(name):.1f}"])
    return table(["booking", "actions", "which", "events", "KiB of history"], rows)


def clusters() -> str:
    """What so many bookings a day take of each part."""
    if not measured("closed"):
        return table(["bookings a day"], [])
    columns = [_take(per_day) for per_day in PER_DAY]
    rows = [[what, *(column[what] for column in columns)] for what in columns[0]]
    return table(["bookings a day", *(f"{per_day / 1e6:g} million" for per_day in PER_DAY)], rows)


def _take(per_day: int) -> Mapping[str, str]:
    average = per_day / 86_400
    peak = average * PEAK
    billed_each = actions(events("booked")).total()
    writes = peak * len(events("booked")) * WRITES_PER_EVENT
    shards = next((count for count in SHARDS if count * WRITES_PER_SHARD >= writes), SHARDS[-1])
    millions = per_day * 30 * billed_each / 1e6
    cores = {role: _cores(role, peak) for role in ("worker", "consumer", "broker", "server")}
    return {
        "a second, on average; at the peak": f"{average:,.0f}; {peak:,.0f}",
        "cores: workers": f"{cores['worker']:,}",
        "cores: consumers": f"{cores['consumer']:,}",
        "cores: RabbitMQ, one node (a quorum queue works on three)": f"{cores['broker']:,}",
        "cores: Temporal's services, without their database": f"{cores['server']:,}",
        "database writes a second, at the peak": f"{writes:,.0f}",
        "history shards (fixed when the cluster is made)": f"{shards:,}",
        "GiB of history a day": f"{per_day * kib('booked') / 2**20:,.0f}",
        "Temporal Cloud: actions a second, at the peak": f"{peak * billed_each:,.0f}",
        f"Temporal Cloud: units of {PER_UNIT} of these": f"{math.ceil(peak * billed_each / PER_UNIT):,}",
        "Temporal Cloud: million actions in 30 days": f"{millions:,.0f}",
        "Temporal Cloud: US$ in 30 days for them, by the list": f"{_price(millions):,.0f}",
    }


def _cores(role: str, peak: float) -> int:
    ms = statistics.median(by_round("closed", "message", cpu(role)))
    return math.ceil(peak * ms / 1000 / BUSY)


def _price(millions: float) -> float:
    total, left = 0.0, millions
    for size, price in PRICES:
        total += min(left, size) * price
        left = max(left - size, 0)
    return total
