"""`voyage publish`: the requests of a JSON Lines file, checked as a whole before anything is sent."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from publisher.cli.publishing.booking_ids import with_ids
from publisher.cli.publishing.progress import Confirmations
from publisher.cli.publishing.requests_file import InvalidLine, RequestLine, hint, read_requests
from publisher.cli.terminal import run, stderr
from publisher.client import Client
from publisher.settings import BrokerSettings
from voyage.commands.failures import Exit
from voyage.commands.help_texts import examples
from voyage.commands.options import AsJson
from voyage.runtime.settings import load_settings

EXAMPLES = examples(
    "voyage publish trips.jsonl",
    "voyage publish trips.jsonl --json > ids.jsonl",
    "jq -c '.[]' trips.json | voyage publish - --batch monday",
)
IN_FLIGHT = 100
MOST_MISTAKES = 100
STANDARD_INPUT = Path("-")


def publish(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="One request per line, as JSON; - is standard input."),
    ],
    *,
    batch: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the ids follow from, instead of FILE's name.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Publish every request of a JSON Lines file.

    Nothing is sent if a line is wrong. The results go to the results queue: see `voyage results`.

    Publish a file again after any interruption: nothing is booked twice. The id of a request without
    booking_id follows from FILE's name (without folder), its fields, and its number among equal requests of
    the file; so lines may be added and the file moved. To book the same trips once more, give --batch another
    NAME.

    With --json each line is told as RabbitMQ confirms it: line, booking_id, confirmed. Exit code 2 or 130 if
    not all are confirmed; the rest is then told too.
    """
    content = _content(file)
    requests, mistakes = read_requests(content, load_settings(BrokerSettings).trip)
    if mistakes or not requests:
        _refuse(file, content, len(requests), mistakes)
    lines = list(with_ids(requests, file.name if batch is None else batch))
    confirmations = Confirmations(lines, as_json=as_json)
    with confirmations.shown():
        run(_publish(lines, confirmations), lambda: "What is not confirmed may be published again.")
    confirmations.tell_the_end()


def _content(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == STANDARD_INPUT else file.read_bytes()
    except OSError as failure:
        raise typer.BadParameter(f"{file}: {failure.strerror}", param_hint="'FILE'") from None


def _refuse(file: Path, content: bytes, right: int, mistakes: list[InvalidLine]) -> NoReturn:
    """Say everything that is wrong with the file."""
    told = hint(content) if mistakes else "There is no request in it."
    if told:
        stderr.print(f"{file}: {told}", markup=False)
    else:
        for mistake in mistakes[:MOST_MISTAKES]:
            stderr.print(f"{file}:{mistake.number}: {mistake.text}", markup=False)
        if len(mistakes) > MOST_MISTAKES:
            stderr.print(f"{file}: and {len(mistakes) - MOST_MISTAKES} more lines.", markup=False)
    wrong = {mistake.number for mistake in mistakes}
    stderr.print(f"Nothing was sent: correct {len(wrong)} of {len(wrong) + right} lines.")
    raise typer.Exit(Exit.USAGE)


async def _publish(lines: Sequence[RequestLine], confirmations: Confirmations) -> None:
    waiting = iter(lines)
    async with await Client.connect() as client:

        async def send_one_after_the_other() -> None:
            for line in waiting:
                await client.publish(line.request)
                confirmations.confirm(line)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(IN_FLIGHT, len(lines))):
                group.create_task(send_one_after_the_other())
