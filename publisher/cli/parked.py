"""`voyage parked`: results that were set aside, for a person to look at, send again or drop."""

from typing import Annotated

import typer
from pydantic import BaseModel

from publisher.amqp.parked_queue import ParkedQueue
from publisher.amqp.parked_result import ParkedResult
from publisher.cli import kept_rendering, resending
from publisher.cli.kept_choice import All, Choice, DryRun, Ids, Reason, Words
from publisher.cli.kept_handling import Desk, Limit
from publisher.cli.terminal import AlwaysJson, valid
from publisher.settings import BrokerSettings, QueueName
from voyage.commands.help_texts import examples
from voyage.commands.options import AsJson
from voyage.runtime.settings import load_settings

DESK: Desk[ParkedQueue, ParkedResult] = Desk(
    Words("parked result", "voyage parked"),
    lambda client: client.parked_results,
    kept_rendering.PARKED,
    kept_rendering.parked_cells,
    kept_rendering.parked_fields,
)

app = typer.Typer(
    help="Look at, send again or drop results that were set aside.",
    epilog=examples("voyage parked list"),
    no_args_is_help=True,
)


@app.command("list", epilog=examples("voyage parked list", "voyage parked list --limit 1000 --json"))
def list_parked(*, limit: Limit = None, as_json: AsJson = False) -> None:
    """List the parked results, the oldest first.

    Why, since when, for which address; with --json each whole. It also says how many there are.
    """
    DESK.list_first(limit, as_json=as_json)


@app.command(epilog=examples("voyage parked show trip-1"))
def show(
    own_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it, or the booking's.")],
    *,
    as_json: AlwaysJson = True,  # noqa: ARG001 -- every command takes it
) -> None:
    """Show one parked result whole: properties, headers and body."""
    DESK.show(own_id)


@app.command(
    epilog=examples(
        "voyage parked resend --all --dry-run",
        "voyage parked resend --reason handler_failed",
        "voyage parked resend --id trip-1 --to booking.results",
    )
)
def resend(
    *,
    ids: Ids = None,
    reason: Reason = None,
    everything: All = False,
    dry_run: DryRun = False,
    to: Annotated[
        str | None, typer.Option("--to", metavar="QUEUE", help="This queue instead of each one's address.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send parked results to their address, or to another queue.

    Each is told when it has been sent. Those whose queue is not there stay, and the exit code is 2; it is 1
    if none has an --id or the --reason. So it is with --dry-run, which only looks for the queues.
    Whoever had the result before may get it twice, with the same message id.
    """
    if to is not None:
        valid(_Named, {"queue": to}, lambda _, text, __: ("--to", text))
        load_settings(BrokerSettings).require_for_results(to)
    choice = Choice.of(DESK.words, ids, reason, everything=everything)
    DESK.handle(
        choice,
        lambda queue: queue.resend(choice, to),
        "sent",
        dry_run=dry_run,
        as_json=as_json,
        rehearsed=lambda queue: resending.rehearsed(queue, choice, to),
    )


@app.command(
    epilog=examples("voyage parked drop --id trip-1 --dry-run", "voyage parked drop --reason reply_to_gone")
)
def drop(
    *,
    ids: Ids = None,
    reason: Reason = None,
    everything: All = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Remove parked results for good; each is told when it is gone.

    Exit code 1 if none has an --id or the --reason; the others are dropped all the same.
    """
    choice = Choice.of(DESK.words, ids, reason, everything=everything)
    DESK.handle(choice, lambda queue: queue.drop(choice), "dropped", dry_run=dry_run, as_json=as_json)


class _Named(BaseModel):
    queue: QueueName
