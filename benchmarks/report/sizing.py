"""Size a deployment by arithmetic, from CPU per booking and from recorded histories of bookings."""

import math
import statistics

from benchmarks.actions import actions, events, kib
from benchmarks.report import clusters
from benchmarks.report.figures import NO_FIGURES, Figure, cpu, table, values

PER_DAY = (1_000_000, 10_000_000, 100_000_000)
PER_SECOND = (1, 10, 100, 1_000)
PEAK = 3.0  # the peak, as a multiple of the average
BUSY = 0.6  # of a core, at the peak
WRITES_PER_SHARD = 100  # a second, of the 260 that four shards took each at 0.8 of the rate of 64
BOOKED, TWO = "fast-booked", "two-services"
SHARDS = (512, 1024, 2048, 4096, 8192, 16384)
LEAST = 2  # processes and hosts, so that one may be away
WAITING_KIB = 1.0  # of a request on a RabbitMQ node: half a KiB in its log, and as much in its segments
LOG_GIB = 0.5  # that log, when it is full
RECORDED = {
    "fast-booked": "booked by first tries, two services",
    "fast-replied-here": "booked by first tries, one process",
    "fast-refused": "the same, flight refused: three undos",
    "booked": "booked by ordinary tries, two services",
    "replied-locally": "booked by ordinary tries, one process",
    "refused": "the same, flight refused: three undos",
    "deadline": "deadline passes during the booking",
    "cancelled-and-joined": "cancelled by message, two callers",
}


def histories() -> str:
    """Actions, events and size of recorded bookings."""
    rows = []
    for name, title in RECORDED.items():
        found = events(name)
        rows.append([title, f"{actions(found).total()}", f"{len(found)}", f"{kib(name):.1f}"])
    return table(["booking", "actions", "events", "KiB of history"], rows)


def sizing() -> str:
    """What so many bookings a day need of each part."""
    if not values(cpu("server"), TWO, run=clusters.RUN) or not values(cpu("worker"), TWO):
        return NO_FIGURES
    columns = [_needs(per_day) for per_day in PER_DAY]
    rows = [[what, *(column[what] for column in columns)] for what in columns[0]]
    return table(["bookings a day", *(f"{per_day / 1e6:g} million" for per_day in PER_DAY)], rows)


def deployment() -> str:
    """How many of each part so many bookings a second need."""
    if not values(cpu("server"), TWO, run=clusters.RUN) or not values(cpu("worker"), TWO):
        return NO_FIGURES
    columns = [_parts(peak) for peak in PER_SECOND]
    rows = [[what, *(column[what] for column in columns)] for what in columns[0]]
    return table(["bookings a second, at the peak", *(f"{peak:,}" for peak in PER_SECOND)], rows)


def _parts(peak: float) -> dict[str, str]:
    disk = LOG_GIB + peak * 3600 * WAITING_KIB / 2**20
    return {
        "workers, of a core each": _processes(_per_booking(cpu("worker")), peak),
        "consumers, of a core each": _processes(_per_booking(cpu("consumer")), peak),
        "Temporal's hosts: how many, cores together": "; ".join(
            (f"{LEAST} or more", _cores(_per_booking(cpu("server"), clusters.RUN), peak))
        ),
        "Temporal's history shards": f"{_shards(_transactions(peak)):,}",
        "PostgreSQL: cores; transactions/s": "; ".join(
            (_cores(_per_booking(cpu("database"), clusters.RUN), peak), f"{_transactions(peak):,.0f}")
        ),
        "RabbitMQ: three nodes, cores together": _cores(_per_booking(cpu("broker"), clusters.RUN), peak),
        "RabbitMQ: GiB of disk a node for an hour without consumers": f"{disk:.1f}",
    }


def _transactions(peak: float) -> float:
    return peak * _per_booking(clusters.written("transactions"), clusters.RUN)


def _shards(writes: float) -> int:
    return next((count for count in SHARDS if count * WRITES_PER_SHARD >= writes), SHARDS[-1])


def _needs(per_day: int) -> dict[str, str]:
    average = per_day / 86_400
    peak = average * PEAK
    writes = _transactions(peak)
    per_booking = actions(events(BOOKED)).total()
    return {
        "bookings/s: average; peak": f"{average:,.0f}; {peak:,.0f}",
        "cores: workers": _cores(_per_booking(cpu("worker")), peak),
        "cores: consumers": _cores(_per_booking(cpu("consumer")), peak),
        "cores: three RabbitMQ nodes": _cores(_per_booking(cpu("broker"), clusters.RUN), peak),
        "cores: Temporal's hosts": _cores(_per_booking(cpu("server"), clusters.RUN), peak),
        "cores: PostgreSQL": _cores(_per_booking(cpu("database"), clusters.RUN), peak),
        "transactions/s of PostgreSQL, peak": f"{writes:,.0f}",
        "history shards": f"{_shards(writes):,}",
        "GiB of history a day": f"{per_day * kib(BOOKED) / 2**20:,.0f}",
        "Temporal Cloud: actions/s, peak": f"{peak * per_booking:,.0f}",
        "Temporal Cloud: million actions in 30 days": f"{per_day * 30 * per_booking / 1e6:,.0f}",
    }


def _per_booking(figure: Figure, run: str = "throughput") -> float:
    return statistics.median(values(figure, TWO, run=run))


def _processes(ms: float, peak: float) -> str:
    return f"{max(LEAST, math.ceil(peak * ms / 1000 / BUSY)):,}"


def _cores(ms: float, peak: float) -> str:
    return f"{math.ceil(peak * ms / 1000 / BUSY):,}"
