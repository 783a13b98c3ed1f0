"""The results of checks: values, made by asking the servers, and shown to a person or a script."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Concatenate, ParamSpec

import typer
from rich.console import Console
from rich.table import Column, Table

from voyage.errors import UnmetRequirementError
from voyage.runtime.awaiting import ended_within

ALL_OK = "All checks OK"
CHECK_TIMEOUT = 10.0
Asked = ParamSpec("Asked")


class CheckState(StrEnum):
    """Whether a requirement is met; unknown, if nobody who may be asked can tell."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check, and what to do about it unless it is ok."""

    name: str
    state: CheckState
    found: str
    to_do: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.found}. {self.to_do}"


async def run_check(
    check: Callable[Concatenate[str, Asked], Awaitable[CheckResult]],
    name: str,
    *args: Asked.args,
    **kwargs: Asked.kwargs,
) -> CheckResult:
    """What a check finds, under this name; failed, if it gets no answer within `CHECK_TIMEOUT` seconds."""
    try:
        return await ended_within(CHECK_TIMEOUT, check(name, *args, **kwargs))
    except TimeoutError as late:
        found = str(late) or "no answer"
    except Exception as failure:  # noqa: BLE001 -- whatever it is, there was no answer
        said = str(failure).partition(chr(10))[0] or type(failure).__name__
        found = f"no answer ({said})"
    return CheckResult(name, CheckState.FAILED, found, "Ask again; if it stays so, look at the server's log")


def first_unmet(findings: Sequence[CheckResult]) -> CheckResult | None:
    """The first requirement that is not met."""
    return next((finding for finding in findings if finding.state is CheckState.FAILED), None)


def require(findings: Sequence[CheckResult]) -> None:
    """Raise `UnmetRequirementError` for the first requirement that is not met."""
    if unmet := first_unmet(findings):
        raise UnmetRequirementError(str(unmet))


def report(findings: Sequence[CheckResult], *, as_json: bool) -> int:
    """Print the findings and how they come out; the exit code: 0, or 1 for an unmet requirement."""
    unmet = first_unmet(findings)
    if as_json:
        for finding in findings:
            typer.echo(json.dumps(asdict(finding)))
        return int(unmet is not None)
    columns = (Column(header, overflow="fold") for header in ("check", "state", "found", "what to do"))
    table = Table(*columns, box=None)
    for finding in findings:
        table.add_row(finding.name, finding.state, finding.found, finding.to_do)
    console = Console(highlight=False, markup=False)
    console.print(table)
    console.print(str(unmet) if unmet else _all_ok(findings), soft_wrap=True)
    return int(unmet is not None)


def _all_ok(findings: Sequence[CheckResult]) -> str:
    unknown = sum(finding.state is CheckState.UNKNOWN for finding in findings)
    return f"{ALL_OK}, {unknown} unknown" if unknown else ALL_OK
