"""What the commands of `voyage` share: exit codes, consoles, options, and what is said of a late answer."""

import asyncio
from collections.abc import Coroutine
from enum import IntEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from publisher.contract.result import BookingResult
from publisher.errors import ResultTimeoutError

# Rich leaves colours and moving parts out when it doesn't write to a terminal, and colours with NO_COLOR.
stdout = Console(soft_wrap=True, highlight=False)
stderr = Console(stderr=True, soft_wrap=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object per line.")]
AlwaysJson = Annotated[bool, typer.Option("--json", help="Print JSON, as it does anyway.")]
BookingIdArgument = Annotated[str, typer.Argument(metavar="ID", help="The booking's id.")]


class Exit(IntEnum):
    """Exit codes: 2 is also what a wrong option and a missing connection give."""

    BOOKED = 0
    NOT_BOOKED = 1
    USAGE = 2
    NO_RESULT = 3


def examples(*lines: str) -> str:
    """The end of a command's help."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def result_or_exit(answer: Coroutine[Any, Any, BookingResult]) -> BookingResult:
    """The answer, or exit code 3 and a line that says what to do about its absence."""
    try:
        return asyncio.run(answer)
    except ResultTimeoutError as late:
        stderr.print(f"voyage: {late}", markup=False)
        raise typer.Exit(Exit.NO_RESULT) from None
