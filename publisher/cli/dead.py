"""`voyage dead`: what could not become a booking, for a person to look at, replay or drop."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from publisher.amqp.dead_letter_queue import DeadLetter, DeadLetterQueue, Selection
from publisher.cli import rendering
from publisher.cli.terminal import AlwaysJson, AsJson, examples, run, stdout
from publisher.client import Client

T = TypeVar("T")
Ids = Annotated[
    list[str] | None, typer.Option("--id", metavar="ID", help="This message; may be given more than once.")
]
Reason = Annotated[
    str | None, typer.Option("--reason", metavar="CODE", help="All with this reason, such as invalid.")
]
All = Annotated[bool, typer.Option("--all", help="All of them.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say which ones.")]

app = typer.Typer(help="Look at, replay or drop what could not become a booking.", no_args_is_help=True)


@app.command("list", epilog=examples("voyage dead list", "voyage dead list --json"))
def list_letters(*, as_json: AsJson = False) -> None:
    """List the dead letters, with the beginning of each.

    With --json each whole.
    """
    letters = _with_queue(lambda queue: queue.browse())
    if as_json:
        _say("", letters, as_json=True)
        return
    stdout.print(rendering.dead_letters_table(letters) if letters else "No dead letters.")


@app.command(epilog=examples("voyage dead show trip-1"))
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it.")],
    *,
    as_json: AlwaysJson = True,  # noqa: ARG001 -- every command takes it
) -> None:
    """Show one dead letter whole, as JSON: properties, headers and body."""
    found = [letter for letter in _with_queue(lambda queue: queue.browse()) if letter.id == letter_id]
    _require_all([letter_id], None, found)
    for letter in found:
        typer.echo(json.dumps(rendering.dead_letter_fields(letter), indent=2))


@app.command(
    epilog=examples("voyage dead replay --all --dry-run", "voyage dead replay --id trip-1 --set attempts=5")
)
def replay(
    *,
    ids: Ids = None,
    reason: Reason = None,
    everything: All = False,
    dry_run: DryRun = False,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Change a field; the booking id stays."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send dead letters in again through the front door.

    Each keeps its booking id: one that has meanwhile been booked is answered, and books nothing.
    Exit code 2 if no letter has an --id or the --reason; the others are replayed all the same.
    """
    selected = _selection(ids, reason, everything=everything)
    edits = dict(_edit(change) for change in changes or [])
    if dry_run:
        found = _with_queue(lambda queue: _only(queue, selected))
    else:
        found = _with_queue(lambda queue: queue.replay(selected, edits))
    _say("would be replayed" if dry_run else "replayed", found, as_json=as_json)
    _require_all(ids or [], reason, found)


@app.command(
    epilog=examples("voyage dead drop --reason invalid --dry-run", "voyage dead drop --reason invalid")
)
def drop(
    *,
    ids: Ids = None,
    reason: Reason = None,
    everything: All = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Remove dead letters for good.

    Exit code 2 if no letter has an --id or the --reason; the others are dropped all the same.
    """
    selected = _selection(ids, reason, everything=everything)
    if dry_run:
        found = _with_queue(lambda queue: _only(queue, selected))
    else:
        found = _with_queue(lambda queue: queue.drop(selected))
    _say("would be dropped" if dry_run else "dropped", found, as_json=as_json)
    _require_all(ids or [], reason, found)


def _selection(ids: list[str] | None, reason: str | None, *, everything: bool) -> Selection:
    if not (ids or reason or everything):
        raise typer.BadParameter("say which ones: --id, --reason or --all")
    wanted = set(ids or [])
    return lambda letter: (
        everything or letter.id in wanted or (reason is not None and letter.reason == reason)
    )


def _require_all(ids: list[str], reason: str | None, found: list[DeadLetter]) -> None:
    """Complain of an id or a reason that no letter has; nothing to do is what nobody asks for on purpose."""
    missing = sorted(set(ids) - {letter.id for letter in found})
    if missing:
        raise typer.BadParameter(f"no dead letter has the id {missing[0]!r}; see `voyage dead list`")
    if reason is not None and reason not in {letter.reason for letter in found}:
        raise typer.BadParameter(f"no dead letter has the reason {reason!r}; see `voyage dead list`")


def _edit(change: str) -> tuple[str, str]:
    field, equals, value = change.partition("=")
    if not equals or field == "booking_id":
        raise typer.BadParameter("takes FIELD=VALUE; the booking id can't be changed", param_hint="--set")
    return field, value


async def _only(queue: DeadLetterQueue, selected: Selection) -> list[DeadLetter]:
    return [letter for letter in await queue.browse() if selected(letter)]


def _with_queue(work: Callable[[DeadLetterQueue], Awaitable[T]]) -> T:
    async def connected() -> T:
        async with await Client.connect() as client:
            return await work(client.dead_letters)

    return run(connected(), lambda: "Letters may have been sent or dropped; doing it again is harmless.")


def _say(done: str, letters: list[DeadLetter], *, as_json: bool) -> None:
    for letter in letters:
        typer.echo(
            json.dumps(rendering.dead_letter_fields(letter)) if as_json else f"{letter.id}\t{letter.reason}"
        )
    if not as_json:
        typer.echo(f"{len(letters)} {done}.")
