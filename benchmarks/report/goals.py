"""The summary: comparisons within a round, and whether they reach their goals."""

import statistics
from typing import NamedTuple

from benchmarks.measurement import results
from benchmarks.report.figures import cpu, latency, per_second, ratios, spread, table, values

BENCH, GLUE = "`make bench`", "`make bench OPTIONS=--glue`"


class Row(NamedTuple):
    """What is compared, its value in each round, the command, and the limit if there is one."""

    what: str
    found: list[float]
    command: str = BENCH
    at_least: float | None = None
    at_most: float | None = None

    @property
    def cells(self) -> list[str]:
        """The row of the table."""
        median, goal, reached = statistics.median(self.found), "-", True
        if self.at_least is not None:
            goal, reached = f"at least {self.at_least:g}", median >= self.at_least
        if self.at_most is not None:
            goal, reached = f"at most {self.at_most:g}", median <= self.at_most
        verdict = "-" if goal == "-" else "yes" if reached else "no"
        return [self.what, goal, spread(self.found, 2), verdict, self.command]


def summary() -> str:
    """All comparisons that have figures."""
    two, one, direct = "two-services", "one-process", "direct"
    drains = (results.load("backlog") or {}).get("drains", [])
    rows = [
        Row("bookings/s: two services / direct client", ratios(per_second, two, direct), at_least=0.97),
        Row("bookings/s: two services / tutorial", ratios(per_second, two, "tutorial"), at_least=1.5),
        Row("bookings/s: one process / tutorial", ratios(per_second, one, "tutorial"), at_least=2.5),
        Row("added latency, p50: two services - direct client, ms", _added(two), at_most=8.0),
        Row("added latency, p50: one process - direct client, ms", _added(one), at_most=8.0),
        Row("one at a time, p50: one process / direct client", _singly(one), at_most=0.7),
        Row("bookings/s: two services / minimal glue", ratios(per_second, two, "glue"), GLUE, at_least=1.3),
        Row("bookings/s: one process / minimal glue", ratios(per_second, one, "glue-one-process"), GLUE),
        Row("server CPU: two services / direct client", ratios(cpu("server"), two, direct)),
        Row("server CPU: one process / direct client", ratios(cpu("server"), one, direct)),
        Row("worker CPU: two services / minimal glue", ratios(cpu("worker"), two, "glue"), GLUE, at_most=0.7),
        Row("consumer CPU: two services / minimal glue", ratios(cpu("consumer"), two, "glue"), GLUE),
        Row(
            "backlog: rate of the last tenth / first tenth",
            [drain["tenths"][-1] / drain["tenths"][0] for drain in drains],
            "`make bench-backlog`",
            at_least=0.9,
        ),
    ]
    head = ["what", "goal", "median (least…most)", "reached", "command"]
    return table(head, [row.cells for row in rows if row.found])


def _singly(scenario: str) -> list[float]:
    return ratios(latency("p50"), scenario, "direct", "sequential")


def _added(scenario: str) -> list[float]:
    found, base = (values(latency("p50"), name, "sequential") for name in (scenario, "direct"))
    return [one - two for one, two in zip(found, base, strict=False)]
