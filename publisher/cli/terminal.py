"""What the commands of `voyage` share: consoles, options, and how each waits for its answer."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console

from publisher.contract.places import mistakes
from publisher.contract.result import BookingResult
from publisher.errors import ResultTimeoutError
from voyage.commands import interruption
from voyage.commands.failures import Exit
from voyage.errors import CommandInterruptedError
from voyage.trips.reading import read_model

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
Complaint = Callable[[str, str, dict[str, Any]], tuple[str, str]]
"""From a place such as `jeep.seats`, what is wrong there, and all that was given: the option, and a text."""
LONGEST_WAIT = 30 * 24 * 3600.0  # seconds

# Rich leaves colours and moving parts out when it doesn't write to a terminal, and colours with NO_COLOR.
stdout = Console(soft_wrap=True, highlight=False, emoji=False)
stderr = Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)


class LogLines(logging.Handler):
    """Lines of the log on what is standard error at the time: above what is drawn in place."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line."""
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except Exception:  # noqa: BLE001 -- whatever it is, it is told as logging tells it
            self.handleError(record)


def seconds(text: str) -> Any:
    """The option for a time in seconds that a command waits."""
    return typer.Option(metavar="SECONDS", help=text, min=0.1, max=LONGEST_WAIT)


AlwaysJson = Annotated[bool, typer.Option("--json", help="Print JSON, as it does anyway.")]
BookingIdArgument = Annotated[str, typer.Argument(metavar="ID", help="The booking's id.")]


class MissingOptionError(typer.BadParameter):
    """An option that has to be given, and isn't."""

    def format_message(self) -> str:
        """As it is said of options that are always needed."""
        return f"{self.param_hint} must be given."


def valid(kind: type[M], fields: dict[str, Any], complaint: Complaint) -> M:
    """A message of these fields, or a complaint about what is wrong: the option, and a text."""
    try:
        return read_model(kind, fields)
    except ValidationError as invalid:
        place, text = mistakes(invalid, fields)[0]
        if not place:
            raise typer.BadParameter(text) from None
        option, said = complaint(place, text, fields)
        if "." not in place and place not in fields:
            raise MissingOptionError("", param_hint=option) from None
        raise typer.BadParameter(said, param_hint=option) from None


def run(work: Coroutine[Any, Any, T], goes_on: Callable[[], str]) -> T:
    """What the work returns; Ctrl-C raises `CommandInterruptedError`, which tells what goes on without it."""

    def interrupted() -> str:
        return f"interrupted. {goes_on()}"

    try:
        return asyncio.run(_closing_in_time(work, interrupted))
    except KeyboardInterrupt:
        raise CommandInterruptedError(interrupted()) from None


def result_or_exit(
    answer: Coroutine[Any, Any, BookingResult],
    goes_on: Callable[[], str],
    said: Callable[[ResultTimeoutError], str] = str,
) -> BookingResult:
    """The answer, or exit code 3 and a line that says what to do about its absence."""
    try:
        return run(answer, goes_on)
    except ResultTimeoutError as late:
        stderr.print(f"voyage: {said(late)}", markup=False)
        raise typer.Exit(Exit.NO_RESULT) from None


async def _closing_in_time(work: Coroutine[Any, Any, T], interrupted: Callable[[], str]) -> T:
    """Do the work; once cancelled, it may close its connection, which may hang, for some seconds only."""
    working = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        if not working.done():
            timer = interruption.end_within_grace(lambda: f"voyage: {interrupted()}")
            working.cancel()
            await asyncio.wait([working])
            timer.cancel()
        raise
    finally:
        if working.done() and not working.cancelled():
            working.exception()  # looked at, or asyncio would log it
