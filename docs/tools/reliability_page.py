"""docs/reliability.md: what all chaos runs on record add up to."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from tests.chaos import record
from tests.chaos.record import Run

PAGE = Path(__file__).parents[1] / "reliability.md"
HEAD = """# Reliability

For whoever asks how often this has been tried. `make chaos KEEP=1` adds each run to a record,
`tests/chaos/record.jsonl`: seed, commit, bookings, faults, violations. `make reliability` makes this
page of it. What a run does, and what its check compares: [Failure modes](failure-modes.md#run-the-tests).

"""
COLUMNS = "| runs | bookings | poison messages | faults | violations |"
PAUSES = """
## How long bookings paused

The longest time in which no booking ended, during a fault and until the first end after it. Faults
overlap, and some bookings are slow: `no fault` is the longest such time of a run while there was none.
The runs were made on two cores, mostly two at a time and beside other work (load 5 to 29): a machine at
rest is faster.

| servers | fault | times | median, s | most, s |
|---|---|---:|---:|---:|
"""
WRONG = """
## What was found

Each run that broke a promise, and what it was:

"""


def page(runs: list[Run]) -> str:
    """The whole page."""
    parts = (*_sums(runs), "", "## The faults", "", *_faults(runs))
    return HEAD + "\n".join(parts) + "\n" + _paused(runs) + _found(runs)


def _sums(runs: list[Run]) -> Iterator[str]:
    yield f"| servers | processes {COLUMNS}"
    yield "|---|---|" + "---:|" * 5

    def place(run: Run) -> tuple[str, str]:
        return run.world, run.shape

    for (world, shape), some in groupby(sorted(runs, key=place), key=place):
        yield f"| {world} | {shape} {_row(list(some))}"
    yield f"| **all** | {_row(runs)}"


def _row(runs: list[Run]) -> str:
    numbers = (
        len(runs),
        sum(run.bookings for run in runs),
        sum(run.poison for run in runs),
        sum(sum(run.faults.values()) for run in runs),
        sum(len(run.violations) for run in runs),
    )
    return "| " + " | ".join(f"{number:,}" for number in numbers) + " |"


def _faults(runs: Iterable[Run]) -> Iterator[str]:
    counted: Counter[str] = Counter()
    for run in runs:
        counted.update(run.faults)
    yield "| fault | times |"
    yield "|---|---:|"
    for fault, times in sorted(counted.items()):
        yield f"| {fault} | {times:,} |"


def _paused(runs: Iterable[Run]) -> str:
    worlds: dict[tuple[str, str], list[float]] = defaultdict(list)
    for run in runs:
        for kind, seconds in run.pauses.items():
            worlds[run.world, kind] += seconds
    rows = [
        f"| {world} | {kind} | {len(seconds):,} | {statistics.median(seconds):.1f} | {max(seconds):.1f} |"
        for (world, kind), seconds in sorted(worlds.items())
    ]
    return PAUSES + "\n".join(rows) + "\n" if rows else ""


def _found(runs: Iterable[Run]) -> str:
    rows = [
        f"- {run.day}, `{run.commit}`, {run.world}, {run.shape}, seed {run.seed}: "
        f"{len(run.violations)}. {run.found or 'Not explained yet.'}"
        for run in runs
        if run.violations
    ]
    return WRONG + "\n".join(rows) + "\n" if rows else ""


if __name__ == "__main__":
    PAGE.write_text(page(record.read()), "utf-8")
