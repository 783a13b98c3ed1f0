"""How far publishing came: which lines RabbitMQ has confirmed, while it goes and at any end."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from publisher.cli.publishing.requests_file import RequestLine
from publisher.cli.terminal import stderr

EVERY = 5.0  # seconds between two lines about it, where nothing can be drawn
MOST_RANGES = 20


class Confirmations:
    """What has been confirmed of these lines; told line by line, as JSON if that was asked for."""

    def __init__(self, lines: Sequence[RequestLine], *, as_json: bool) -> None:
        self._lines = lines
        self._as_json = as_json
        self._confirmed: set[int] = set()
        self._begun = self._told = time.monotonic()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Draw it in a terminal; whatever ends the block, what isn't confirmed is told."""
        columns = (BarColumn(), MofNCompleteColumn(), _Rate(), TextColumn("time left"), TimeRemainingColumn())
        self._bar = Progress(
            TextColumn("{task.description}"), *columns, console=stderr, disable=not stderr.is_terminal
        )
        self._task = self._bar.add_task("Publishing", total=len(self._lines))
        try:
            with self._bar:
                yield
        except BaseException:
            self._tell_the_rest()
            raise

    def confirm(self, line: RequestLine) -> None:
        """RabbitMQ has this line."""
        self._confirmed.add(line.number)
        self._bar.advance(self._task)
        if self._as_json:
            self._print(line, confirmed=True)
        if not stderr.is_terminal and time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            stderr.print(f"{len(self._confirmed):,} of {len(self._lines):,} requests are confirmed.")

    def tell_the_end(self) -> None:
        """Say that all are confirmed."""
        seconds = max(time.monotonic() - self._begun, 1e-3)
        rate = f"{seconds:.1f} s, {len(self._lines) / seconds:,.0f}/s"
        stderr.print(f"{len(self._lines)} requests published, all confirmed by RabbitMQ ({rate}).")

    def _tell_the_rest(self) -> None:
        rest = [line for line in self._lines if line.number not in self._confirmed]
        done = sorted(self._confirmed)
        if not rest:
            self.tell_the_end()
            return
        stderr.print(
            f"{len(done)} of {len(self._lines)} requests are confirmed: {ranges(done)}. "
            f"Not confirmed, though some may have arrived: {ranges(line.number for line in rest)}. "
            "Publish the file again: what was booked is not booked twice.",
            markup=False,
        )
        if self._as_json:
            for line in rest:
                self._print(line, confirmed=False)

    def _print(self, line: RequestLine, *, confirmed: bool) -> None:
        told = {"line": line.number, "booking_id": line.request.booking_id, "confirmed": confirmed}
        typer.echo(json.dumps(told))


def ranges(numbers: Iterable[int]) -> str:
    """Line numbers in few words: `lines 1-3, 7`, or `none`."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    words = [str(first) if first == last else f"{first}-{last}" for first, last in found[:MOST_RANGES]]
    more = len(found) - MOST_RANGES
    if more > 0:
        words.append(f"and {more} more ranges, which --json tells")
    return f"line{'s' if len(words) > 1 or '-' in words[0] else ''} {', '.join(words)}" if words else "none"


class _Rate(ProgressColumn):
    """Requests per second, as of late."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_speed or task.speed or 0:,.0f}/s", style="progress.data.speed")
