"""The table of bookings on clusters: rates, CPU, and what Temporal writes for a booking."""

from benchmarks.measurement import results
from benchmarks.report.figures import (
    NO_FIGURES,
    Figure,
    cpu,
    latency,
    per_second,
    ratios,
    spread,
    table,
    values,
)
from benchmarks.scenarios.catalog import SCENARIOS, at

RUN = "throughput-cluster"
BASE = "direct"


def clusters() -> str:
    """A column for each scenario."""
    found = results.load(RUN)
    if not found:
        return NO_FIGURES
    entries = dict(SCENARIOS)
    for name in found["events"]:
        entries |= at(name.partition("@")[2]) if "@" in name else {}
    names = [name for name in entries if name in found["events"]]
    figures: list[tuple[str, Figure, int]] = [
        ("bookings/s", per_second, 1),
        ("p50, ms", latency("p50"), 0),
        ("p99, ms", latency("p99"), 0),
        ("CPU of Temporal's hosts, ms", cpu("server"), 0),
        ("CPU of PostgreSQL, ms", cpu("database"), 0),
        ("CPU of the three RabbitMQ nodes, ms", cpu("broker"), 0),
        ("CPU of workers and consumers, ms", cpu("worker", "consumer"), 0),
        ("rows written", written("rows"), 0),
        ("transactions", written("transactions"), 0),
        ("PostgreSQL's log, KiB", written("log_kib"), 0),
    ]
    rows = [
        [what, *(spread(values(figure, name, run=RUN), digits) for name in names)]
        for what, figure, digits in figures
    ]
    rows.insert(
        1, [f"against {BASE}", *(spread(ratios(per_second, name, BASE, run=RUN), 2) for name in names)]
    )
    rows.append(["history events", *(str(found["events"][name]) for name in names)])
    return table(["per booking", *(entries[name].title for name in names)], rows)


def written(what: str) -> Figure:
    """What PostgreSQL has written for a booking."""
    return lambda one: one.written.get(what, 0.0)
