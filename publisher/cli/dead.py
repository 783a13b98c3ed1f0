"""`voyage dead`: what could not become a booking, for a person to look at, replay or drop."""

from typing import Annotated

import typer

from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.dead_letter_queue import DeadLetterQueue
from publisher.cli import kept_rendering, replaying
from publisher.cli.kept_choice import All, Choice, DryRun, Ids, Reason, Words
from publisher.cli.kept_handling import Desk, Limit
from publisher.cli.terminal import AlwaysJson
from publisher.cli.trip.edits import edits_of
from voyage.commands.help_texts import examples
from voyage.commands.options import AsJson
from voyage.runtime.settings import load_settings
from voyage.trips.loading import TripSettings

DESK: Desk[DeadLetterQueue, DeadLetter] = Desk(
    Words("dead letter", "voyage dead"),
    lambda client: client.dead_letters,
    kept_rendering.DEAD_LETTER,
    kept_rendering.dead_letter_cells,
    kept_rendering.dead_letter_fields,
)

app = typer.Typer(
    help="Look at, replay or drop what could not become a booking.",
    epilog=examples("voyage dead list"),
    no_args_is_help=True,
)


@app.command("list", epilog=examples("voyage dead list", "voyage dead list --limit 1000 --json"))
def list_letters(
    *,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """List the dead letters, the oldest first.

    Each with its beginning; with --json each whole. It also says how many there are.
    """
    DESK.list_first(limit, as_json=as_json)


@app.command(epilog=examples("voyage dead show trip-1"))
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it, or its booking's.")],
    *,
    as_json: AlwaysJson = True,  # noqa: ARG001 -- every command takes it
) -> None:
    """Show one dead letter whole, as JSON: properties, headers and body."""
    DESK.show(letter_id)


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

    Each is told when it has been sent. Each keeps its booking id: one that has meanwhile been booked is
    answered, and books nothing.
    Exit code 1 if no letter has an --id or the --reason; the others are replayed all the same.
    """
    choice = Choice.of(DESK.words, ids, reason, everything=everything)
    edits = edits_of(changes or [], load_settings(TripSettings).trip)
    DESK.handle(
        choice,
        lambda queue: queue.replay(choice, edits),
        "replayed",
        dry_run=dry_run,
        as_json=as_json,
        rehearsed=lambda queue: replaying.rehearsed(queue, choice, edits),
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

    Exit code 1 if no letter has an --id or the --reason; the others are dropped all the same.
    """
    choice = Choice.of(DESK.words, ids, reason, everything=everything)
    DESK.handle(choice, lambda queue: queue.drop(choice), "dropped", dry_run=dry_run, as_json=as_json)
