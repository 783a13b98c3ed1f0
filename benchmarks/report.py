"""The figures of a run: a table to read, JSON to keep, and the machine that they were measured on."""

import json
import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.rounds import Measurement
from benchmarks.ways.table import OURS, PEERS

RESULTS = Path(__file__).parent / "results"
ROLES = ("server", "worker", "consumer", "broker", "client")
COMPARED = (
    ("c/a", "message", "direct", "0.95"),
    ("c/b", "message", "tutorial", "1"),
    ("d/b", "one", "tutorial", "1.4"),
)


def write(measured: Sequence[Measurement], setup: str) -> str:
    """Write JSON and Markdown to `benchmarks/results/`; return the Markdown."""
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    text = "\n".join(
        [f"# Benchmark of {now:%Y-%m-%d}", "", setup, "", *_table(measured), "", *_ratios(measured), ""]
    )
    text += "\n" + machine() + "\n"
    (RESULTS / "latest.md").write_text(text)
    data = {
        "at": now.isoformat(),
        "setup": setup,
        "machine": machine(),
        "rounds": [asdict(m) for m in measured],
    }
    (RESULTS / "latest.json").write_text(json.dumps(data, indent=1) + "\n")
    return text


def machine() -> str:
    """What the figures were measured on."""
    gib = psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in ("temporalio", "aio-pika", "flask"))
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {gib:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, {libraries}"
    )


def _table(measured: Sequence[Measurement]) -> list[str]:
    head = [
        "way",
        "bookings/s",
        *(f"{role}: CPU ms" for role in ROLES),
        *(f"{role}: peak MiB" for role in ROLES),
    ]
    rows = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for way in dict.fromkeys(m.way for m in measured):
        mine = [m for m in measured if m.way == way]
        cells = [(OURS | PEERS)[way].title, _median(mine, lambda m: m.per_second)]
        cells += [_median(mine, lambda m, role=role: m.cpu_ms.get(role)) for role in ROLES]  # type: ignore[misc]
        cells += [_median(mine, lambda m, role=role: m.peak_mib.get(role)) for role in ROLES]  # type: ignore[misc]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _median(measured: Sequence[Measurement], figure: Callable[[Measurement], float | None]) -> str:
    figures = [value for m in measured if (value := figure(m)) is not None]
    if not figures:
        return "-"
    return f"{statistics.median(figures):.1f} ({min(figures):.1f}-{max(figures):.1f})"


def _ratios(measured: Sequence[Measurement]) -> list[str]:
    by_way = {way: [m.per_second for m in measured if m.way == way] for way in OURS}
    lines = ["Ratios of bookings/s, round by round: median (min-max).", ""]
    for name, way, other, goal in COMPARED:
        ratios = [c / o for c, o in zip(by_way[way], by_way[other], strict=True)]
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        lines.append(f"- {name}: {spread}; to reach: at least {goal}")
    return lines
