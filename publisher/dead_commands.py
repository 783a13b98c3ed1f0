"""`voyage dead`: what could not become a booking, for a person to look at, replay or drop."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Column, Table

from publisher.client import Client
from publisher.dead import DeadLetter, DeadLetterQueue, Selection

T = TypeVar("T")
Ids = Annotated[list[str] | None, typer.Option("--id", help="This message; may be given more than once.")]
Reason = Annotated[str | None, typer.Option("--reason", help="All with this reason: invalid, conflict, …")]
All = Annotated[bool, typer.Option("--all", help="All of them.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say which ones.")]

app = typer.Typer(help="Look at, replay or drop what could not become a booking.", no_args_is_help=True)
stdout = Console(soft_wrap=True, highlight=False)
EXCERPT = 60


@app.command("list")
def list_letters(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False
) -> None:
    """List the dead letters: id, reason, time and the beginning of the body."""
    letters = _with_queue(lambda queue: queue.look())
    if as_json:
        for letter in letters:
            typer.echo(json.dumps(_as_dict(letter)))
        return
    table = Table(Column("id", overflow="fold", min_width=32), "reason", "since", "error", "body", box=None)
    for letter in letters:
        body = letter.delivery.body[:EXCERPT].decode(errors="backslashreplace")
        table.add_row(letter.id, letter.reason, letter.time[:19], letter.error, body)
    stdout.print(table if letters else "No dead letters.")


@app.command()
def show(letter_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it.")]) -> None:
    """Show one dead letter whole, as JSON: properties, headers and body."""
    found = [letter for letter in _with_queue(lambda queue: queue.look()) if letter.id == letter_id]
    if not found:
        raise typer.BadParameter(f"no dead letter has the id {letter_id!r}; see `voyage dead list`")
    for letter in found:
        typer.echo(json.dumps(_as_dict(letter), indent=2))


@app.command()
def replay(
    *,
    ids: Ids = None,
    reason: Reason = None,
    everything: All = False,
    dry_run: DryRun = False,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=VALUE: change a field; the booking id stays.")
    ] = None,
) -> None:
    """Send dead letters in again through the front door.

    Each keeps its booking id: one that has meanwhile been booked is answered, and books nothing.
    """
    selected = _selection(ids, reason, everything=everything)
    edits = dict(_edit(change) for change in changes or [])
    if dry_run:
        _say("would be replayed", _with_queue(lambda queue: _only(queue, selected)))
    else:
        _say("replayed", _with_queue(lambda queue: queue.replay(selected, edits)))


@app.command()
def drop(*, ids: Ids = None, reason: Reason = None, everything: All = False, dry_run: DryRun = False) -> None:
    """Remove dead letters for good."""
    selected = _selection(ids, reason, everything=everything)
    if dry_run:
        _say("would be dropped", _with_queue(lambda queue: _only(queue, selected)))
    else:
        _say("dropped", _with_queue(lambda queue: queue.drop(selected)))


def _selection(ids: list[str] | None, reason: str | None, *, everything: bool) -> Selection:
    if not (ids or reason or everything):
        raise typer.BadParameter("say which ones: --id, --reason or --all")
    wanted = set(ids or [])
    return lambda letter: (
        everything or letter.id in wanted or (reason is not None and letter.reason == reason)
    )


def _edit(change: str) -> tuple[str, str]:
    field, equals, value = change.partition("=")
    if not equals or field == "booking_id":
        raise typer.BadParameter("takes FIELD=VALUE; the booking id can't be changed", param_hint="--set")
    return field, value


async def _only(queue: DeadLetterQueue, selected: Selection) -> list[DeadLetter]:
    return [letter for letter in await queue.look() if selected(letter)]


def _with_queue(work: Callable[[DeadLetterQueue], Awaitable[T]]) -> T:
    async def run() -> T:
        async with await Client.connect() as client:
            return await work(client.dead_letters)

    return asyncio.run(run())


def _say(done: str, letters: list[DeadLetter]) -> None:
    for letter in letters:
        typer.echo(f"{letter.id}\t{letter.reason}")
    typer.echo(f"{len(letters)} {done}.")


def _as_dict(letter: DeadLetter) -> dict[str, object]:
    delivery = letter.delivery
    return {
        "id": letter.id,
        "reason": letter.reason,
        "error": letter.error,
        "time": letter.time,
        "correlation_id": delivery.correlation_id,
        "reply_to": delivery.reply_to,
        "type": delivery.type,
        "headers": {key: str(value) for key, value in delivery.headers.items()},
        "body": delivery.body.decode(errors="backslashreplace"),
    }
