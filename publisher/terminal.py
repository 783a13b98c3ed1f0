"""What the commands of `voyage` share: exit codes, complaints, and what is said when an answer is late."""

import asyncio
from collections.abc import Coroutine
from enum import IntEnum
from typing import Any

import typer
from rich.console import Console

from publisher.errors import ResultTimeoutError
from publisher.models import BookingResult

stderr = Console(stderr=True, soft_wrap=True, highlight=False)


class Exit(IntEnum):
    """Exit codes: 2 is also what a wrong option and a missing connection give."""

    BOOKED = 0
    NOT_BOOKED = 1
    USAGE = 2
    NO_RESULT = 3


def or_no_result(answer: Coroutine[Any, Any, BookingResult]) -> BookingResult:
    """The answer, or exit code 3 and a line that says what to do about its absence."""
    try:
        return asyncio.run(answer)
    except ResultTimeoutError as late:
        stderr.print(f"voyage: {late}")
        raise typer.Exit(Exit.NO_RESULT) from None
