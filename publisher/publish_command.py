"""`voyage publish`: every request of a file, as fast as RabbitMQ confirms."""

import asyncio
import json
import time
from pathlib import Path
from typing import Annotated

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

from publisher.client import Client
from publisher.models import BookingRequest
from publisher.request_file import read_requests
from publisher.terminal import AsJson, Exit, examples, stderr

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
