"""The record of chaos runs: one line of JSON for each that ended, of which `docs/reliability.md` is made."""

import subprocess
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tests.chaos.faults.schedule import Fault
from tests.chaos.load.orders import Order
from tests.chaos.load.poison import Poison
from tests.chaos.run import Report

ONE_NODE, CLUSTERS = "one node", "clusters"
KEPT = Path(__file__).parent / "record.jsonl"
ROOT = Path(__file__).parents[2]


class Run(BaseModel):
    """One run: what it was, and what came of it. `took` and `healing` are seconds."""

    model_config = ConfigDict(frozen=True)

    day: str
    commit: str
    world: str
    shape: str
    trip: str
    fast: float
    seed: int
    bookings: int
    poison: int
    faults: dict[str, int]
    took: float
    healing: float
    pauses: dict[str, list[float]] = {}
    """For how many seconds no booking ended, by kind of fault."""
    violations: list[str] = []
    found: str = ""
    """What a person found to be the cause of the violations."""


def of(  # noqa: PLR0913 -- each is a column
    sent: Sequence[Order | Poison],
    faults: Sequence[Fault],
    report: Report,
    *,
    world: str = ONE_NODE,
    shape: str,
    trip: str,
    fast: float,
    seed: int,
) -> Run:
    """The line of a run that has just ended."""
    return Run(
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        commit=_commit(),
        world=world,
        shape=shape,
        trip=trip,
        fast=fast,
        seed=seed,
        bookings=sum(isinstance(message, Order) for message in sent),
        poison=sum(isinstance(message, Poison) for message in sent),
        faults=dict(Counter(f"{fault.kind} {fault.target}" for fault in faults)),
        took=round(report.took),
        healing=round(report.healing),
        pauses={kind: list(seconds) for kind, seconds in report.pauses.items()},
        violations=list(report.wrong),
    )


def keep(run: Run, path: Path) -> None:
    """Add it to the record."""
    with path.open("a", encoding="utf-8") as kept:
        kept.write(run.model_dump_json(exclude_defaults=True) + "\n")


def read(path: Path = KEPT) -> list[Run]:
    """The record, oldest first."""
    return [Run.model_validate_json(line) for line in path.read_text("utf-8").splitlines()]


def _commit() -> str:
    """The commit that ran; with a plus if files differ from it, other than this record."""
    differs = _git("status", "--porcelain", "--", ".", f":!{KEPT.relative_to(ROOT)}")
    return _git("describe", "--always", "--abbrev=8", "--exclude=*") + ("+" if differs else "")


def _git(*arguments: str) -> str:
    asked = ("git", *arguments)
    return subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
