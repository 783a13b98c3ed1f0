"""`voyage publish`: the requests of a JSON Lines file, checked as a whole before anything is sent."""

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
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

from publisher.cli.terminal import AsJson, Exit, examples, stderr
from publisher.client import Client
from publisher.contract.request import BookingRequest

EXAMPLES = examples("voyage publish trips.jsonl", "voyage publish trips.jsonl --json > ids.jsonl")
IN_FLIGHT = 100


def publish(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="One request per line, as JSON."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Publish every request of a JSON Lines file.

    Nothing is sent if a line is wrong. The results go to the results queue: see `voyage results`. With --json
    the booking ids are printed, in the order of the file.
    """
    requests, mistakes = read_requests(file)
    for mistake in mistakes:
        stderr.print(f"{file}:{mistake.line}: {mistake.text}", markup=False)
    if mistakes:
        stderr.print(f"Nothing was sent: correct {len(mistakes)} of {len(mistakes) + len(requests)} lines.")
        raise typer.Exit(Exit.USAGE)
    started = time.monotonic()
    ids = asyncio.run(_publish(requests))
    if as_json:
        for booking_id in ids:
            typer.echo(json.dumps({"booking_id": booking_id}))
    seconds = time.monotonic() - started
    rate = f"{seconds:.1f} s, {len(ids) / seconds:,.0f}/s"
    stderr.print(f"{len(ids)} requests published, all confirmed by RabbitMQ ({rate}).")


class _Rate(ProgressColumn):
    """Requests per second, as of late."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_speed or task.speed or 0:,.0f}/s", style="progress.data.speed")


async def _publish(requests: list[BookingRequest]) -> list[str]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TextColumn("time left"),
        TimeRemainingColumn(),
    )
    in_flight = asyncio.Semaphore(IN_FLIGHT)
    async with await Client.connect() as client:
        with Progress(*columns, console=stderr, disable=not stderr.is_terminal) as progress:
            task = progress.add_task("Publishing", total=len(requests))

            async def send(request: BookingRequest) -> str:
                async with in_flight:
                    booking_id = await client.publish(request)
                progress.advance(task)
                return booking_id

            async with asyncio.TaskGroup() as group:
                sent = [group.create_task(send(request)) for request in requests]
    return [done.result() for done in sent]


@dataclass(frozen=True)
class InvalidLine:
    """A line that is not a booking request, counted from 1, and why."""

    line: int
    text: str


def read_requests(file: Path) -> tuple[list[BookingRequest], list[InvalidLine]]:
    """The requests in a file, and the lines that are none; blank lines are skipped."""
    requests: list[BookingRequest] = []
    mistakes: list[InvalidLine] = []
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            requests.append(BookingRequest.model_validate_json(line))
        except ValidationError as invalid:
            first = invalid.errors()[0]
            where = ".".join(map(str, first["loc"]))
            mistakes.append(InvalidLine(number, f"{where}: {first['msg']}" if where else first["msg"]))
    return requests, mistakes
