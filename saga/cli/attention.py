"""`voyage-worker attention`: the bookings with a leg that could not be undone, and what to do about them."""

import asyncio
import getpass
import json
import os
import sys
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from temporalio.service import RPCError

from saga import open_bookings
from saga.errors import TemporalCallError
from saga.open_bookings import Entry
from saga.temporal.connection import connect_once, rpc_failure
from voyage.commands.failures import Exit
from voyage.commands.help_texts import examples
from voyage.commands.options import AsJson
from voyage.commands.sheets import print_sheet

Booking = Annotated[str, typer.Argument(metavar="ID", help="The booking's id, or its workflow's.")]

T = TypeVar("T")
_SETTLED = "is settled by {who}; its client is sent a new result."
_NOT_YET = (
    "is told that {who} has settled it; its client is sent a new result once a voyage-worker runs and takes "
    "that up, unless a retry undoes it first. See: voyage-worker attention list"
)
_ANSWER_TIMEOUT = 30.0  # seconds for all that one command asks of Temporal

app = typer.Typer(
    help="List, retry or settle what could not be undone.",
    epilog=examples("voyage-worker attention list"),
    no_args_is_help=True,
    rich_markup_mode=None,
)
stdout = Console(soft_wrap=True, highlight=False, emoji=False)
stderr = Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)

_COLUMNS = ("booking", "since", "key", "reference", "open legs")


@app.command("list", epilog=examples("voyage-worker attention list", "voyage-worker attention list --json"))
def list_entries(*, as_json: AsJson = False) -> None:
    """List the bookings that need a person, the newest first.

    Each with the legs that may still be booked, why the undo failed, and the idempotency key and the
    reference by which the supplier knows them. With --json: booking_id, workflow_id, since, and legs with
    leg, item, status, reference, attempts, error, idempotency_key.
    """
    found = _run(_list())
    if as_json:
        for entry in found:
            typer.echo(json.dumps(entry.fields()))
    elif found:
        print_sheet(stdout, _COLUMNS, [*map(_cells, found)])
    else:
        typer.echo("No booking needs a person.")


@app.command(epilog=examples("voyage-worker attention retry trip-1"))
def retry(booking: Booking, *, as_json: AsJson = False) -> None:
    """Try to undo the open legs once more.

    There are as many tries as the first time. Exit code 1 if no such booking is on the list.
    """
    found = _run(_retry(booking))
    _tell({**_ids(found), "retried": True}, as_json=as_json)
    if not as_json:
        typer.echo(f"{found.booking_id} tries again. See how it went: voyage-worker attention list")


def _said(note: str) -> str:
    if not note.strip():
        raise typer.BadParameter("takes a text that is not empty: how was it settled?")
    return note


@app.command(epilog=examples('voyage-worker attention settle trip-1 --note "cancelled by phone, Mr Jones"'))
def settle(
    booking: Booking,
    *,
    note: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help="How it was settled; the client reads it in the result.", callback=_said
        ),
    ],
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who settled it; by default your login name.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say that the open legs have been undone by hand.

    The client gets a new result, cancelled. In a terminal it asks first.
    Exit code 1 if no such booking is on the list, or you say no.
    """
    who = by or login_name()
    if not yes and sys.stdin.isatty():
        _ask(booking)
    found, is_done = _run(_settle(booking, f"{note} (by {who})"))
    _tell({**_ids(found), "note": note, "by": who, "client_is_told": is_done}, as_json=as_json)
    if not as_json:
        said = (_SETTLED if is_done else _NOT_YET).format(who=who)
        typer.echo(f"{found.booking_id} {said}")


def login_name() -> str:
    """Of whoever types; a user without a name is known by number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _ask(booking: str) -> None:
    """Show what is open and ask; raises `NotListedError`, or ends the command."""
    print_sheet(stderr, _COLUMNS, [_cells(_run(_find(booking)))])
    if not typer.confirm("Are they all undone, so that the client may be told `cancelled`?", err=True):
        typer.echo("Nothing was changed.", err=True)
        raise typer.Exit(Exit.NOT_BOOKED)


def _cells(found: Entry) -> tuple[str, ...]:
    known = ("\n".join(found.keys), "\n".join(found.references))
    return found.booking_id, found.since[:19], *known, found.legs


def _ids(found: Entry) -> dict[str, object]:
    return {"booking_id": found.booking_id, "workflow_id": found.workflow_id}


def _tell(fields: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(fields))


async def _list() -> list[Entry]:
    client = await connect_once()
    found = [entry async for entry in open_bookings.entries(client)]
    return sorted(found, key=lambda entry: entry.since, reverse=True)


async def _find(booking: str) -> Entry:
    return await open_bookings.listed(await connect_once(), booking)


async def _retry(booking: str) -> Entry:
    client = await connect_once()
    found = await open_bookings.listed(client, booking)
    await open_bookings.retry(client, found.workflow_id)
    return found


async def _settle(booking: str, note: str) -> tuple[Entry, bool]:
    client = await connect_once()
    found = await open_bookings.listed(client, booking)
    return found, await open_bookings.settle(client, found.workflow_id, note)


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(asyncio.wait_for(work, _ANSWER_TIMEOUT))
    except TimeoutError:
        raise TemporalCallError(
            f"Temporal has not answered for {_ANSWER_TIMEOUT:g} s. Try again, or see: voyage-worker doctor"
        ) from None
    except RPCError as error:
        raise TemporalCallError(f"{rpc_failure(error)} Try again, or see: voyage-worker doctor") from error
