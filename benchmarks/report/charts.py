"""The charts of docs/performance.md."""

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.measurement import results
from benchmarks.measurement.measure import PERCENTILES
from benchmarks.report.figures import latency, measured, per_second, values
from benchmarks.report.tables import TITLES

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


def draw() -> None:
    """Draw each chart that has figures."""
    # With a fixed salt and no date, the same figures make the same file.
    with mpl.rc_context({"svg.hashsalt": "voyage", "svg.fonttype": "none"}):
        names = {one.scenario for one in measured()}
        titles = {name: title for name, title in TITLES.items() if name in names}
        if titles:
            _save("throughput", _throughput(titles))
            _save("latency", _latency(titles))
        if found := results.load("backlog"):
            _save("backlog", _backlog(found["drains"][-1]))


def _save(name: str, figure: Figure) -> None:
    figure.savefig(FOLDER / f"performance-{name}.svg", metadata={"Date": None})


def _throughput(titles: Mapping[str, str]) -> Figure:
    figure = Figure(figsize=(8, 3), layout="constrained")
    axes = figure.subplots()
    for name, title in titles.items():
        rates = values(per_second, name)
        median = statistics.median(rates)
        axes.barh(title, median, xerr=[[median - min(rates)], [max(rates) - median]], capsize=4)
    axes.invert_yaxis()
    axes.set_xlabel("bookings/s under closed load: median, least and most of all rounds")
    return figure


def _latency(titles: Mapping[str, str]) -> Figure:
    loads = [load for load in ("open", "closed", "sequential") if measured(load)]
    figure = Figure(figsize=(11, 4), layout="constrained")
    for axes, load in zip(figure.subplots(1, len(loads), sharey=True, squeeze=False)[0], loads, strict=True):
        for number, (name, title) in enumerate(titles.items()):
            if any(one.scenario == name for one in measured(load)):
                medians = [statistics.median(values(latency(one), name, load)) for one in PERCENTILES]
                axes.plot(list(PERCENTILES), medians, marker="o", label=title, color=f"C{number}")
        axes.set_title(f"{load} load")
        axes.set_yscale("log")
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
    figure.supylabel("latency, ms")
    return figure


def _backlog(drain: Mapping[str, Any]) -> Figure:
    figure = Figure(figsize=(9, 6), layout="constrained")
    bookings, memory = figure.subplots(2, sharex=True)
    samples = drain["samples"]
    times = [sample["at"] for sample in samples]
    for key, label in (("answered", "answered"), ("queued", "waiting in RabbitMQ")):
        bookings.plot(times, [sample[key] for sample in samples], label=label)
    for role in samples[0]["mib"]:
        memory.plot(times, [sample["mib"][role] for sample in samples], label=role)
    bookings.set_ylabel("bookings")
    memory.set_ylabel("MiB")
    memory.set_xlabel("seconds")
    for axes in (bookings, memory):
        axes.set_ylim(bottom=0)
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
    return figure
