"""`voyage cancel` and `voyage status`: what can be asked of a booking that is under way."""

import json
import shlex
from typing import Annotated

import typer

from publisher.cli import rendering
from publisher.cli.terminal import BookingIdArgument, result_or_exit, run, seconds, stdout, valid
from publisher.client import Client
from publisher.contract.control import DEFAULT_REASON, CancelRequest, StatusRequest
from publisher.contract.result import BookingResult, Status
from voyage.commands.failures import Exit
from voyage.commands.help_texts import examples
from voyage.commands.options import AsJson


def _complaint(field: str, text: str, _: object) -> tuple[str, str]:
    return "ID" if field == "booking_id" else f"--{field}", text


Owner = Annotated[
    str | None,
    typer.Option(metavar="USER", help="For operators: whose booking it is; '' for one from before owners."),
]
CANCEL_EXAMPLES = examples('voyage cancel trip-1 --reason "Plans have changed"')
STATUS_EXAMPLES = examples("voyage status trip-1", "voyage status trip-1 --table")


def cancel(
    booking_id: BookingIdArgument,
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for people.")] = DEFAULT_REASON,
    owner: Owner = None,
    as_json: AsJson = False,
) -> None:
    """Cancel a booking, under way or still to come.

    Whoever booked gets the result.
    """
    valid(CancelRequest, {"booking_id": booking_id, "reason": reason}, _complaint)
    run(
        _cancel(booking_id, reason, owner),
        lambda: "The cancel may have been sent; sending it again is harmless.",
    )
    if as_json:
        typer.echo(json.dumps({"booking_id": booking_id, "reason": reason}))
    else:
        for_whom = "" if owner is None else f" --owner {shlex.quote(owner)}"
        typer.echo(f"The cancel is on its way. See how it went: voyage status {booking_id}{for_whom}")


def status(
    booking_id: BookingIdArgument,
    *,
    timeout: Annotated[float, seconds("How long to wait for the answer.")] = 10.0,
    owner: Owner = None,
    table: Annotated[bool, typer.Option("--table/--json", help="A table, or JSON.")] = False,
) -> None:
    """Print how a booking stands, as JSON.

    Exit code 1 if nobody knows it, 3 if nobody answers.
    """
    valid(StatusRequest, {"booking_id": booking_id}, _complaint)
    result = result_or_exit(_status(booking_id, timeout, owner), lambda: "Nothing has changed; ask again.")
    if table:
        stdout.print(rendering.results_header(stdout.width))
        stdout.print(rendering.result_row(result, stdout.width))
    else:
        typer.echo(result.model_dump_json(indent=2))
    raise typer.Exit(Exit.NOT_BOOKED if result.status is Status.UNKNOWN_BOOKING else Exit.BOOKED)


async def _cancel(booking_id: str, reason: str, owner: str | None) -> None:
    async with await Client.connect() as client:
        await client.cancel(booking_id, reason, owner=owner)


async def _status(booking_id: str, timeout: float, owner: str | None) -> BookingResult:
    async with await Client.connect() as client:
        return await client.status(booking_id, timeout=timeout, owner=owner)
