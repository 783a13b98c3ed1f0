"""Read figures from the results: one value for each round."""

import statistics
from collections.abc import Callable, Sequence
from operator import attrgetter

from benchmarks.measurement import results
from benchmarks.measurement.measure import Measurement

Figure = Callable[[Measurement], float]
per_second: Figure = attrgetter("per_second")
NO_FIGURES = "No figures yet."


def latency(percentile: str) -> Figure:
    """This percentile in ms."""
    return lambda one: one.latency_ms[percentile]


def cpu(*roles: str) -> Figure:
    """CPU ms per booking of these roles together."""
    return lambda one: sum(one.cpu_ms.get(role, 0.0) for role in roles)


def memory(role: str) -> Figure:
    """The peak memory of a role in MiB."""
    return lambda one: one.peak_mib.get(role, 0.0)


def measured(load: str = "closed", run: str = "throughput") -> list[Measurement]:
    """All measurements of a run under this load, by round."""
    rows = (Measurement(**row) for row in (results.load(run) or {}).get("measured", []))
    return sorted((one for one in rows if one.load == load), key=attrgetter("round"))


def values(figure: Figure, scenario: str, load: str = "closed", run: str = "throughput") -> list[float]:
    """A figure of a scenario in each round; empty if the scenario was not measured."""
    return [figure(one) for one in measured(load, run) if one.scenario == scenario]


def ratios(
    figure: Figure, scenario: str, other: str, load: str = "closed", run: str = "throughput"
) -> list[float]:
    """A figure of a scenario divided by that of another scenario, in each round."""
    pairs = zip(values(figure, scenario, load, run), values(figure, other, load, run), strict=False)
    return [one / two for one, two in pairs]


def spread(found: Sequence[float], digits: int = 1) -> str:
    """`median (least…most)`, or a dash if there is nothing."""
    if not any(found):
        return "-"
    median, least, most = statistics.median(found), min(found), max(found)
    return f"{median:.{digits}f} ({least:.{digits}f}…{most:.{digits}f})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, or a text that there are no figures."""
    lines = (f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
    return "\n".join(lines) if rows else NO_FIGURES
