"""The tables of throughput, latency, CPU and memory, with one row for each scenario."""

from collections.abc import Iterable, Mapping

from benchmarks.measurement import results
from benchmarks.peers.services import PEERS
from benchmarks.report.figures import (
    NO_FIGURES,
    Figure,
    cpu,
    latency,
    measured,
    memory,
    per_second,
    spread,
    table,
    values,
)
from benchmarks.scenarios.catalog import GLUE, SCENARIOS

ROLES = ("server", "worker", "consumer", "broker", "client")
SERVERS, SERVICES = ("server", "broker"), ("worker", "consumer")
TITLES = {
    **{name: entry.title for name, entry in (SCENARIOS | GLUE).items()},
    **{name: title for name, (title, _) in PEERS.items()},
}
Column = tuple[str, Figure, str, int]
"""The head of a column, its figure, its load and its number of digits."""


def throughput() -> str:
    """Bookings a second, and latency, under closed load."""
    percentiles = [(f"{name}, ms", latency(name), "closed", 0) for name in ("p50", "p99")]
    return _by_scenario([("bookings/s", per_second, "closed", 1), *percentiles])


def other_latencies() -> str:
    """Latency under open load, and of one booking at a time."""
    loads = (("open", "open load"), ("sequential", "one at a time"))
    return _by_scenario(
        [(f"{title}: {name}, ms", latency(name), load, 0) for load, title in loads for name in ("p50", "p99")]
    )


def cpu_and_memory() -> str:
    """CPU time per booking by process, and peak memory of worker and consumer."""
    columns: list[Column] = [(f"{role}, ms", cpu(role), "closed", 1) for role in ROLES]
    return _by_scenario([*columns, *((f"{role}, MiB", memory(role), "closed", 0) for role in SERVICES)])


def peers() -> str:
    """Throughput, latency and CPU of Voyage and its peers."""
    parts = {"CPU ms per booking": ROLES, "servers": SERVERS, "services": SERVICES, "client": ("client",)}
    columns: list[Column] = [
        ("bookings/s, 30 in flight", per_second, "closed", 1),
        *((f"{name}, ms", latency(name), "closed", 0) for name in ("p50", "p99")),
        ("one at a time: p50, ms", latency("p50"), "sequential", 0),
        *((head, cpu(*roles), "closed", 1) for head, roles in parts.items()),
    ]
    return _by_scenario(columns, "peers")


def runs(*names: str) -> str:
    """The commands that measured the figures, with time and machine."""
    found: list[Mapping[str, str]] = [run for run in map(results.load, names) if run]
    machines = "; ".join(dict.fromkeys(run["machine"] for run in found))
    lines = [f"- `{run['command']}`, {run['at']}.{run.get('note', '')}" for run in found]
    return "\n".join([*lines, f"- Machine: {machines}."]) if lines else NO_FIGURES


def _by_scenario(columns: Iterable[Column], run: str = "throughput") -> str:
    columns = list(columns)
    names = {one.scenario for one in measured(run=run)}
    rows = [
        [title, *(spread(values(figure, name, load, run), digits) for _, figure, load, digits in columns)]
        for name, title in TITLES.items()
        if name in names
    ]
    return table(["scenario", *(head for head, *_ in columns)], rows)
