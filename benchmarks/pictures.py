"""The pictures of docs/performance.md, from the results."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks import results
from benchmarks.figures import Figure as Value
from benchmarks.figures import by_round, cpu, latency, measured, memory, per_second
from benchmarks.latencies import PERCENTILES
from benchmarks.tables import ROLES, titles

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"


def draw() -> None:
    """Draw each picture that there are figures for."""
    if measured("closed"):
        _save("throughput", _throughput())
        _save("latency", _latency())
        _save("cpu", _stacked("closed", cpu, "CPU ms per booking", ROLES))
        _save("memory", _stacked("closed", memory, "most MiB held", ("worker", "consumer")))
    if found := results.load("backlog"):
        _save("backlog", _backlog(found["drains"][-1]))


def _save(name: str, figure: Figure) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Named, so that the same figures make the same file.
    with mpl.rc_context({"svg.hashsalt": "voyage", "svg.fonttype": "none"}):
        figure.savefig(FOLDER / f"performance-{name}.svg", metadata={"Date": None})


def _ways(load: str) -> dict[str, str]:
    """The ways that were measured, each with its letter."""
    there = {one.way for one in measured(load)}
    return {way: f"{title.partition(':')[0]}: {way}" for way, title in titles().items() if way in there}


def _color(way: str) -> str:
    """The same in each picture."""
    return f"C{list(titles()).index(way)}"


def _throughput() -> Figure:
    figure = Figure(figsize=(8, 3), layout="constrained")
    panel = figure.subplots()
    for way, label in _ways("closed").items():
        rates = by_round("closed", way, per_second)
        median = statistics.median(rates)
        spread = [[median - min(rates)], [max(rates) - median]]
        panel.barh(label, median, xerr=spread, capsize=4, color=_color(way))
    panel.invert_yaxis()
    panel.set_xlabel("bookings/s under closed load; the lines go from the worst to the best round")
    return figure


def _latency() -> Figure:
    loads = [load for load in ("open", "closed", "light") if measured(load)]
    figure = Figure(figsize=(10, 4), layout="constrained")
    for panel, load in zip(figure.subplots(1, len(loads), sharey=True, squeeze=False)[0], loads, strict=True):
        for way, label in _ways(load).items():
            lines = [statistics.median(by_round(load, way, latency(name))) for name in PERCENTILES]
            panel.plot(list(PERCENTILES), lines, marker="o", label=label, color=_color(way))
        panel.set_title(f"{load} load")
        panel.set_yscale("log")
        panel.grid(visible=True, alpha=0.3)
        panel.legend()
    figure.supylabel("latency, ms")
    return figure


def _stacked(load: str, what: Callable[[str], Value], label: str, roles: Sequence[str]) -> Figure:
    figure = Figure(figsize=(8, 3.5), layout="constrained")
    panel = figure.subplots()
    ways = _ways(load)
    ends = dict.fromkeys(ways, 0.0)
    for role in roles:
        parts = {way: statistics.median(by_round(load, way, what(role))) for way in ways}
        panel.barh(list(ways.values()), list(parts.values()), left=list(ends.values()), label=role)
        ends = {way: ends[way] + part for way, part in parts.items()}
    panel.invert_yaxis()
    panel.set_xlabel(label)
    figure.legend(loc="outside upper center", ncols=len(roles))
    return figure


def _backlog(drain: Mapping[str, Any]) -> Figure:
    figure = Figure(figsize=(9, 6), layout="constrained")
    answered, held = figure.subplots(2, sharex=True)
    samples = drain["samples"]
    times = [sample["at"] for sample in samples]
    for what, label in (("answered", "answered"), ("queued", "waiting in RabbitMQ")):
        answered.plot(times, [sample[what] for sample in samples], label=label)
    answered.set_ylabel("bookings")
    for role in samples[0]["mib"]:
        held.plot(times, [sample["mib"][role] for sample in samples], label=role)
    held.set_ylabel("MiB")
    held.set_xlabel("seconds")
    for panel in (answered, held):
        panel.set_ylim(bottom=0)
        panel.grid(visible=True, alpha=0.3)
        panel.legend()
    return figure
