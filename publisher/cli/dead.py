"""`voyage dead`: what could not become a booking, for a person to look at, replay or drop."""

from contextlib import aclosing
from typing import Annotated

import typer

from publisher.amqp.dead_letter_queue import DeadLetterQueue
from publisher.cli import rendering
from publisher.cli.letter_choice import LetterChoice
from publisher.cli.letter_handling import each_letter, handle_letters, print_whole, with_dead_letters
from publisher.cli.terminal import AlwaysJson, AsJson, examples, stderr, stdout
from publisher.cli.trip.edits import edits_of
from voyage.runtime.settings import load_settings
from voyage.trips.loading import TripSettings

FIRST = 50
Ids = Annotated[
    list[str] | None, typer.Option("--id", metavar="ID", help="This message; may be given more than once.")
]
Reason = Annotated[
    str | None, typer.Option("--reason", metavar="CODE", help="All with this reason, such as invalid.")
]
All = Annotated[bool, typer.Option("--all", help="All of them.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say which ones.")]

app = typer.Typer(help="Look at, replay or drop what could not become a booking.", no_args_is_help=True)


@app.command("list", epilog=examples("voyage dead list", "voyage dead list --limit 1000 --json"))
def list_letters(
    *,
    limit: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help=f"Only the first N; by default {FIRST}, with --json all."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the dead letters, the oldest first, with the beginning of each, and how many there are.

    With --json each whole.
    """
    shown, sheet = limit or (None if as_json else FIRST), rendering.dead_letters_table()

    async def show_first(queue: DeadLetterQueue) -> int:
        count = await queue.count()
        async with aclosing(queue.browse(shown)) as letters:
            async for letter in letters:
                if as_json:
                    print_whole(letter)
                else:
                    rendering.add_dead_letter(sheet, letter)
        return count

    count = with_dead_letters(show_first)
    if not as_json:
        stdout.print(sheet if sheet.row_count else "No dead letters.")
    if shown and count > shown:
        stderr.print(f"The first {shown} of {count} dead letters. More: voyage dead list --limit {count}")


@app.command(epilog=examples("voyage dead show trip-1"))
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it.")],
    *,
    as_json: AlwaysJson = True,  # noqa: ARG001 -- every command takes it
) -> None:
    """Show one dead letter whole, as JSON: properties, headers and body."""
    choice = LetterChoice(frozenset([letter_id]))
    each_letter(lambda queue: queue.browse(), choice, lambda letter: print_whole(letter, indent=2))
    choice.require_all()


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
    """Send dead letters in again through the front door; each is told when it has been.

    Each keeps its booking id: one that has meanwhile been booked is answered, and books nothing.
    Exit code 2 if no letter has an --id or the --reason; the others are replayed all the same.
    """
    choice = LetterChoice.of(ids, reason, everything=everything)
    edits = edits_of(changes or [], load_settings(TripSettings).trip)
    handle_letters(
        choice, lambda queue: queue.replay(choice, edits), "replayed", dry_run=dry_run, as_json=as_json
    )


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
    """Remove dead letters for good; each is told when it is gone.

    Exit code 2 if no letter has an --id or the --reason; the others are dropped all the same.
    """
    choice = LetterChoice.of(ids, reason, everything=everything)
    handle_letters(choice, lambda queue: queue.drop(choice), "dropped", dry_run=dry_run, as_json=as_json)
