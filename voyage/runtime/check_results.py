"""The results of checks: values, made by asking the servers, and shown to a person or a script."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Concatenate, ParamSpec, Self

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from voyage.commands.sheets import grid
from voyage.errors import CommandInterruptedError, UnmetRequirementError
from voyage.runtime.awaiting import ended_within

ALL_OK = "All checks OK"
NOTHING_CHANGED = "The checks had only asked; nothing was changed."
_STATE = 7  # columns of the longest word
CHECK_TIMEOUT = 10.0
Asked = ParamSpec("Asked")


class CheckState(StrEnum):
    """Whether a requirement is met; unknown, if nobody who may be asked can tell."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @classmethod
    def by_urgency(cls) -> tuple[Self, ...]:
        """What is wrong first."""
        return cls.FAILED, cls.UNKNOWN, cls.OK


_COLOURS = {CheckState.FAILED: "red", CheckState.UNKNOWN: "yellow", CheckState.OK: "green"}


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


def ask(checks: Coroutine[Any, Any, list[CheckResult]], left: str) -> list[CheckResult]:
    """What they find; Ctrl-C raises `CommandInterruptedError`, which says what is `left` of them."""
    try:
        return asyncio.run(checks)
    except KeyboardInterrupt:
        raise CommandInterruptedError(f"interrupted. {left}") from None


def unchecked(server: str, why: str, names: Sequence[str]) -> CheckResult:
    """What could not be asked of a server, and why, so that nobody takes it for well."""
    found = f"not checked, as {why}: {', '.join(names)}"
    return CheckResult(f"rest of {server}", CheckState.UNKNOWN, found, "Correct that first, and ask again")


def first_unmet(findings: Sequence[CheckResult]) -> CheckResult | None:
    """The first requirement that is not met."""
    return next((finding for finding in findings if finding.state is CheckState.FAILED), None)


def require(findings: Sequence[CheckResult]) -> None:
    """Raise `UnmetRequirementError` for the first requirement that is not met."""
    if unmet := first_unmet(findings):
        raise UnmetRequirementError(str(unmet))


def report(findings: Sequence[CheckResult], *, as_json: bool, everything: bool = False) -> int:
    """Print the findings and how they come out; the exit code: 0, or 1 for an unmet requirement.

    What is wrong comes first; what is well is counted, or also shown, last, if `everything` is.
    """
    unmet = first_unmet(findings)
    if as_json:
        for finding in findings:
            typer.echo(json.dumps(asdict(finding)))
        return int(unmet is not None)
    console = Console(highlight=False, markup=False)
    order = CheckState.by_urgency()
    for finding in sorted(findings, key=lambda one: order.index(one.state)):
        if everything or finding.state is not CheckState.OK:
            console.print(_shown(finding))
    for line in _summary(findings, everything=everything):
        console.print(line, soft_wrap=True)
    return int(unmet is not None)


def _shown(finding: CheckResult) -> RenderableType:
    """Its state beside what was found, and what to do below."""
    state = Text(f"{finding.state:{_STATE}}", style=_COLOURS[finding.state])
    told = Text(f"{finding.name}: {finding.found}")
    if finding.to_do:
        told.append(f"\n{finding.to_do}", style="" if finding.state is CheckState.FAILED else "dim")
    return grid((state, told))


def _summary(findings: Sequence[CheckResult], *, everything: bool) -> Iterator[str]:
    """How they come out, and last what to correct first."""
    failed, unknown, well = (
        sum(finding.state is state for finding in findings) for state in CheckState.by_urgency()
    )
    shown = "" if everything or not well else " (--all shows them)"
    if unmet := first_unmet(findings):
        unsure = f", {unknown} unknown" if unknown else ""
        yield f"{failed} failed{unsure}, {well} ok{shown}"
        yield f"Correct first: {unmet.name}"
    else:
        yield f"{ALL_OK}, {unknown} unknown" if unknown else f"{ALL_OK}{shown}"
