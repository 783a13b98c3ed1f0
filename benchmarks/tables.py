"""The tables of docs/performance.md, from the results."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks import floor, paper, results, scale_tables
from benchmarks.figures import (
    Figure,
    by_round,
    cpu,
    last_to_first,
    latency,
    measured,
    memory,
    per_second,
    spread,
)
from benchmarks.goals import goals
from benchmarks.latencies import PERCENTILES
from benchmarks.markdown import NONE_YET, table
from benchmarks.ways.table import FIRST, GLUE, OURS

ROLES = ("server", "worker", "consumer", "broker", "client")


def every() -> Mapping[str, str]:
    """Each table by its name on the page."""
    return {
        "goals": table(["what", "to reach", "median (least to most)", "reached", "command"], _goals()),
        "floor": floor.floor(),
        "throughput": _by_way("closed", ["bookings/s"], [per_second]),
        "latency": _latencies(),
        "cpu": _by_role("closed", cpu),
        "memory": _by_role("closed", memory),
        "backlog": _backlog(),
        "scale": scale_tables.scale(),
        "billed": paper.billed(),
        "clusters": paper.clusters(),
        "measured": _measured(),
    }


def _goals() -> list[list[str]]:
    return [goal.row for goal in goals()]


def _latencies() -> str:
    texts = []
    for load, what in (("open", "Open load"), ("closed", "Closed load"), ("light", "One at a time")):
        figures = [latency(name) for name in PERCENTILES]
        if measured(load):
            texts += [f"{what}:", _by_way(load, [f"{name}, ms" for name in PERCENTILES], figures)]
    return "\n\n".join(texts) or NONE_YET


def _by_role(load: str, what: Callable[[str], Figure]) -> str:
    present = [role for role in ROLES if any(what(role)(one) for one in measured(load))]
    return _by_way(load, present, [what(role) for role in present])


def _by_way(load: str, heads: Sequence[str], figures: Sequence[Figure]) -> str:
    ways = dict.fromkeys(one.way for one in measured(load))
    rows = [
        [title, *(spread(by_round(load, way, figure)) for figure in figures)]
        for way, title in titles().items()
        if way in ways
    ]
    return table(["way", *heads], rows)


def titles() -> dict[str, str]:
    """The title of each way."""
    return {way: row.title for way, row in (OURS | FIRST | GLUE).items()}


def _backlog() -> str:
    found = results.load("backlog")
    if not found:
        return NONE_YET
    drains = [_drained(drain) for drain in found["drains"]]
    rows = [[what, *(drain[what] for drain in drains)] for what in drains[0]]
    return table(
        [f"a backlog of {found['requests']:,}", *(f"drain {n}" for n, _ in enumerate(drains, 1))], rows
    )


def _drained(drain: Mapping[str, Any]) -> dict[str, str]:
    rates, spins = drain["tenths"], drain["spins"]
    shown = {
        "bookings/s, all": f"{drain['per_second']:.1f}",
        "bookings/s in each tenth": ", ".join(f"{rate:.1f}" for rate in rates),
        "a fixed piece of work meanwhile, ms": ", ".join(f"{spin:.2f}" for spin in spins),
        "last tenth against the first": f"{last_to_first(rates):.2f}",
        "the same, had the piece of work taken as long in both": (
            f"{last_to_first(rates) * last_to_first(spins):.2f}"
        ),
        "all requests taken from the queue after, s": f"{drain['taken_after']:.0f}",
    }
    for role in ("consumer", "worker"):
        held = [sample["mib"][role] for sample in drain["samples"]]
        what = f"{role}: MiB at the start, most, at the end"
        shown[what] = f"{held[0]:.0f}, {max(held):.0f}, {held[-1]:.0f}"
    return shown


def _measured() -> str:
    runs = [found for name in ("bookings", "apart", "backlog", "scale") if (found := results.load(name))]
    return (
        "\n".join(f"- `{found['command']}`, {found['at']}: {found['machine']}." for found in runs) or NONE_YET
    )
