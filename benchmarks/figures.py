"""Figures of the last run of a benchmark: round by round, and several rounds as one."""

import operator
import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from benchmarks import results
from benchmarks.measuring import Measurement

Figure = Callable[[Measurement], float]


def measured(load: str, run: str = "bookings") -> list[Measurement]:
    """The measurements under this load, in a kind of run."""
    rows: list[dict[str, Any]] = (results.load(run) or {}).get("measured", [])
    return [Measurement(**row) for row in rows if row["load"] == load]


def by_round(load: str, way: str, figure: Figure, run: str = "bookings") -> list[float]:
    """A figure of a way, round by round."""
    rows = sorted((one for one in measured(load, run) if one.way == way), key=operator.attrgetter("round"))
    return [figure(one) for one in rows]


def ratios(load: str, way: str, other: str, figure: Figure, run: str = "bookings") -> list[float]:
    """A figure of one way against that of another, within each round."""
    return [one / two for one, two in _pairs(load, way, other, figure, run)]


def differences(load: str, way: str, other: str, figure: Figure) -> list[float]:
    """A figure of one way less that of another, within each round of `make bench`."""
    return [one - two for one, two in _pairs(load, way, other, figure, "bookings")]


def _pairs(load: str, way: str, other: str, figure: Figure, run: str) -> Iterable[tuple[float, float]]:
    return zip(by_round(load, way, figure, run), by_round(load, other, figure, run), strict=True)


def per_second(one: Measurement) -> float:
    """Bookings per second."""
    return one.per_second


def latency(percentile: str) -> Figure:
    """This percentile, in ms."""
    return lambda one: one.latency_ms[percentile]


def cpu(role: str) -> Figure:
    """CPU ms per booking; 0 for a role that the way has not."""
    return lambda one: one.cpu_ms.get(role, 0.0)


def memory(role: str) -> Figure:
    """The most MiB held."""
    return lambda one: one.peak_mib.get(role, 0.0)


def last_to_first(tenths: Sequence[float]) -> float:
    """The last tenth of a drain against its first."""
    return tenths[-1] / tenths[0]


def spread(figures: Sequence[float], digits: int = 1) -> str:
    """`median (least to most)`; a dash for what isn't there."""
    if not any(figures):
        return "-"
    median, least, most = statistics.median(figures), min(figures), max(figures)
    return f"{median:.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"
