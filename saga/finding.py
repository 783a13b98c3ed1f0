"""What a doctor found: values, made by checks that ask the servers, and shown to a person or a script."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Concatenate, ParamSpec

import typer
from rich.console import Console
from rich.table import Column, Table

from saga.errors import UnmetRequirementError

ALL_OK = "All checks OK"
ANSWER_TIMEOUT = 10.0
Asked = ParamSpec("Asked")


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

    def __str__(self) -> str:
        return f"{self.name}: {self.found}. {self.to_do}"


async def answered(
    check: Callable[Concatenate[str, Asked], Awaitable[Finding]],
    name: str,
    *args: Asked.args,
    **kwargs: Asked.kwargs,
) -> Finding:
    """What a check finds, under this name; failed, if it gets no answer within `ANSWER_TIMEOUT` seconds."""
    asking = asyncio.ensure_future(check(name, *args, **kwargs))
    # Closing a channel can hang as much as asking; so what is late is told to end, and not waited for.
    await asyncio.wait({asking}, timeout=ANSWER_TIMEOUT)
    if not asking.done():
        asking.add_done_callback(lambda late: late.cancelled() or late.exception())
        asking.cancel()
        found = f"no answer within {ANSWER_TIMEOUT:g} s"
    elif failure := asking.exception():
        found = f"no answer ({str(failure).partition(chr(10))[0] or type(failure).__name__})"
    else:
        return asking.result()
    return Finding(name, State.FAILED, found, "Ask again; if it stays so, look at the server's log")


def first_unmet(findings: Sequence[Finding]) -> Finding | None:
    """The first requirement that is not met."""
    return next((finding for finding in findings if finding.state is State.FAILED), None)


def insist(findings: Sequence[Finding]) -> None:
    """Raise `UnmetRequirementError` for the first requirement that is not met."""
    if unmet := first_unmet(findings):
        raise UnmetRequirementError(str(unmet))


def report(findings: Sequence[Finding], *, as_json: bool) -> int:
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


def _all_ok(findings: Sequence[Finding]) -> str:
    unknown = sum(finding.state is State.UNKNOWN for finding in findings)
    return f"{ALL_OK}, {unknown} unknown" if unknown else ALL_OK
