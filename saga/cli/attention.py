"""`voyage-worker attention`: the bookings with a leg that could not be undone, and what to do about them."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from saga.errors import DecryptionError, NotListedError, TemporalCallError
from saga.models import BookingOutcome
from saga.temporal.connection import connect_once
from saga.workflows import manual_intervention
from saga.workflows.booking import BookingWorkflow
from saga.workflows.manual_intervention import ManualInterventionWorkflow

Booking = Annotated[str, typer.Argument(metavar="WORKFLOW_ID", help="As the list names it: booking-…")]

T = TypeVar("T")

app = typer.Typer(help="Bookings with a leg that could not be undone.", no_args_is_help=True)
stdout = Console(soft_wrap=True, highlight=False)


@dataclass(frozen=True)
class Entry:
    """A booking on the list: its workflow id, since when (RFC 3339), and which legs are open, and why."""

    booking: str
    since: str
    legs: str


@app.command("list")
def list_entries(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False
) -> None:
    """List the bookings that need a person: which legs may still be booked, and why the undo failed."""
    found = _run(_list())
    if as_json:
        for entry in found:
            typer.echo(json.dumps(entry.__dict__))
        return
    table = Table("booking", "since", "could not be undone", box=None)
    for entry in found:
        table.add_row(entry.booking, entry.since[:19], entry.legs)
    stdout.print(table if found else "No booking needs a person.")


@app.command()
def retry(booking: Booking) -> None:
    """Try to undo the open legs once more, with as many tries as the first time."""
    _run(_order(booking, None))
    stdout.print(f"{booking} tries again. See how it went: voyage-worker attention list")


@app.command()
def settle(
    booking: Booking,
    note: Annotated[str, typer.Option(help="How it was settled; the client reads it in the result.")],
) -> None:
    """Say that the open legs have been undone by hand: the client gets a new result, cancelled."""
    _run(_order(booking, note))
    stdout.print(f"{booking} is settled; its client is told.")


async def _list() -> list[Entry]:
    client = await connect_once()
    return [entry async for entry in entries(client)]


async def entries(client: Client) -> AsyncIterator[Entry]:
    """The list, as Temporal's visibility has it (a new entry may take a second to show)."""
    query = f"WorkflowType = '{ManualInterventionWorkflow.__name__}' AND ExecutionStatus = 'Running'"
    async for found in client.list_workflows(query):
        try:
            legs: str = await found.memo_value(manual_intervention.LEGS, "")
        except DecryptionError as unreadable:
            legs = str(unreadable)
        booking = found.id.removeprefix(manual_intervention.entry_id(""))
        yield Entry(booking, found.start_time.isoformat(), legs)


async def _order(booking: str, note: str | None) -> None:
    client = await connect_once()
    handle: WorkflowHandle[BookingWorkflow, BookingOutcome] = client.get_workflow_handle(booking)
    try:
        if note is None:
            await handle.signal(BookingWorkflow.retry_undo)
        else:
            await handle.signal(BookingWorkflow.settle, note)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        if note is None or not await _taken_off(client, booking):
            raise NotListedError(booking) from None


async def _taken_off(client: Client, booking: str) -> bool:
    """Take a booking that was stopped in Temporal off the list; False if it isn't there."""
    entry: WorkflowHandle[ManualInterventionWorkflow, None]
    entry = client.get_workflow_handle(manual_intervention.entry_id(booking))
    try:
        await entry.signal(ManualInterventionWorkflow.update_open_legs, [])
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except RPCError as error:
        raise TemporalCallError(f"Temporal says: {error.message or error.status.name}") from error
