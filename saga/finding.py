"""What a doctor found: values, made by checks that ask the servers, and shown to a person or a script."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import typer
from rich.console import Console
from rich.table import Table

ALL_OK = "All checks OK"


class State(StrEnum):
    """Whether a requirement is met; unknown, if nobody who may be asked can tell."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """The outcome of one check, and what to do about it unless it is ok."""

    name: str
    state: State
    found: str
    to_do: str = ""


def first_unmet(findings: Sequence[Finding]) -> Finding | None:
    """The first requirement that is not met."""
    return next((finding for finding in findings if finding.state is State.FAILED), None)


def report(findings: Sequence[Finding], *, as_json: bool) -> int:
    """Print the findings and how they come out; the exit code: 0, or 1 for an unmet requirement."""
    unmet = first_unmet(findings)
    if as_json:
        for finding in findings:
            typer.echo(json.dumps(asdict(finding)))
        return int(unmet is not None)
    table = Table("check", "state", "found", "what to do", box=None)
    for finding in findings:
        table.add_row(finding.name, finding.state, finding.found, finding.to_do)
    console = Console(highlight=False, markup=False)
    console.print(table)
    console.print(f"{unmet.name}: {unmet.found}. {unmet.to_do}" if unmet else ALL_OK, soft_wrap=True)
    return int(unmet is not None)
