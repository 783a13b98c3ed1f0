"""What is to be reached, and whether the last figures reach it."""

import operator
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import results
from benchmarks.figures import cpu, differences, last_to_first, latency, measured, per_second, ratios, spread


@dataclass(frozen=True)
class Goal:
    """One limit, and the figure of each round in which it was measured."""

    what: str
    limit: float
    figures: Sequence[float]
    command: str
    at_least: bool = True
    digits: int = 2

    @property
    def row(self) -> list[str]:
        """As cells: what, to be reached, measured, whether, by which command."""
        reached = operator.ge if self.at_least else operator.le
        wanted = f"at {'least' if self.at_least else 'most'} {self.limit:g}"
        verdict = "yes" if reached(statistics.median(self.figures), self.limit) else "no"
        return [self.what, wanted, spread(self.figures, self.digits), verdict, f"`{self.command}`"]


def goals() -> list[Goal]:
    """Every goal that there are figures for."""
    return [*_of_bookings(), *_apart(), *_of_the_backlog(), *_of_scale()]


def _of_bookings() -> list[Goal]:
    if not measured("closed"):
        return []
    found = [
        Goal("bookings/s, c/a", 0.97, ratios("closed", "message", "direct", per_second), "make bench"),
        Goal("bookings/s, c/b", 1.0, ratios("closed", "message", "tutorial", per_second), "make bench"),
        Goal("bookings/s, d/b", 1.4, ratios("closed", "one", "tutorial", per_second), "make bench"),
        Goal(
            "worker CPU, c/e",
            0.5,
            ratios("closed", "message", "default", cpu("worker")),
            "make bench",
            at_least=False,
        ),
    ]
    if any(one.way == "first" for one in measured("closed")):
        lean = ratios("closed", "message", "first", cpu("consumer"))
        found.append(Goal("consumer CPU, c/f", 0.6, lean, "make bench OPTIONS=--first", at_least=False))
    return found + [
        Goal(f"added at light load, p50 of {letter} - a, ms", 8.0, added, "make bench", at_least=False)
        for letter, way in (("c", "message"), ("d", "one"))
        if (added := differences("light", way, "direct", latency("p50")))
    ]


def _apart() -> list[Goal]:
    if not measured("closed", "apart"):
        return []
    return [
        Goal(
            f"bookings/s, c/{letter}, Temporal and worker on a core of their own",
            limit,
            ratios("closed", "message", other, per_second, "apart"),
            "make bench-apart",
        )
        for letter, other, limit in (("a", "direct", 0.97), ("b", "tutorial", 1.0))
    ]


def _of_the_backlog() -> list[Goal]:
    found = results.load("backlog")
    if not found:
        return []
    what = f"a backlog of {found['requests']:,}: last tenth's rate against the first's"
    return [
        Goal(what, 0.9, [last_to_first(drain["tenths"]) for drain in found["drains"]], "make bench-backlog")
    ]


def _of_scale() -> list[Goal]:
    found = results.load("scale")
    if not found:
        return []
    of_bare = [row["ours"] / row["bare"] for row in found["broker_leg"]]
    return [Goal("broker leg alone against bare aio-pika", 0.8, of_bare, "make bench-scale")]
