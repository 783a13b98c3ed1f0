"""What `python -m examples.demo` does: books trips over real servers and shows what became of them."""

import asyncio
import os
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.table import Table

from examples.demo.supplier import ExampleSupplier
from examples.demo.trips import TRIPS
from publisher import Client
from voyage.dev import booking, session
from voyage.dev.command import TripOption, take_trip
from voyage.dev.declared import declared_of
from voyage.dev.screen import aside, console
from voyage.trips.tutorial import BookingRequest

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
prepare = take_trip


class Suppliers(StrEnum):
    """Who rents cars, rooms and seats in the demo."""

    SIMULATED = "simulated"
    HTTP = "http"


@app.command()
def main(
    *,
    trip: TripOption = None,
    stay: Annotated[bool, typer.Option(help="Keep everything running afterwards.")] = False,
    suppliers: Annotated[Suppliers, typer.Option(help="Simulated, or a service behind HTTP.")] = (
        Suppliers.SIMULATED
    ),
    traces: Annotated[Path | None, typer.Option(help="Write the spans of all trips to this file.")] = None,
) -> None:
    """Bring up RabbitMQ, Temporal, consumer and worker, book three trips, or one of yours, and end it all."""
    if traces:
        _empty(traces)
    own = bool(trip or os.environ.get("VOYAGE_TRIP"))
    if own and suppliers is Suppliers.HTTP:
        raise typer.BadParameter("is for the demo's own trips", param_hint="--suppliers http")
    if own:
        as_expected = session.try_trip(stay=stay, spans=traces)
    else:
        as_expected = three_trips(stay=stay, http=suppliers is Suppliers.HTTP, spans=traces)
    if traces:
        aside(f"The spans of {1 if own else len(TRIPS)} trips are in {traces}, one per line")
    if not as_expected:
        console.print("The demo failed: a trip did not end as it must.", style="bold red")
        raise typer.Exit(1)
    console.print("All trips ended as they must.", style="bold green")
    if not stay:
        aside("To look around in both web UIs and to book more: make run")


def three_trips(*, stay: bool, http: bool, spans: Path | None) -> bool:
    """Book the demo's trips; whether each ended as it must."""
    with ExitStack() as stack:
        supplier = stack.enter_context(ExampleSupplier()) if http else None
        if supplier:
            aside(f"The supplier listens at {supplier.url}")
        settings = supplier.settings if supplier else dict[str, str]()
        servers, both = stack.enter_context(session.everything(spans=spans, settings=settings, console=stay))
        as_expected = asyncio.run(book_trips(servers.amqp_url, traced=bool(spans)))
        if supplier:
            console.print(ledger(supplier), "")
        if stay:
            session.say_where_everything_is(servers, both)
            session.say_what_to_try(servers, declared_of(BookingRequest))
            session.stay_up(lambda: session.watch(servers, both))
    return as_expected


def _empty(traces: Path) -> None:
    """Begin the file anew, before anything is started."""
    try:
        traces.write_text("")
    except OSError as failure:
        raise typer.BadParameter(
            f"can't write {traces} ({failure.strerror})", param_hint="--traces (make demo TRACES=…)"
        ) from None


async def book_trips(amqp_url: str, *, traced: bool) -> bool:
    """Book the trips one after the other, each in a trace of its own; whether each ended as it must."""
    as_expected = True
    async with await Client.connect(amqp_url) as voyage:
        for trip in TRIPS:
            trace_id = uuid4().hex if traced else None
            result = await booking.book(voyage, trip.request, trace_id)
            console.print(booking.table(trip.title, trip.request, result))
            console.print(f"trace {trace_id}\n" if trace_id else "")
            legs = tuple((leg.status, leg.attempts) for leg in result.legs)
            as_expected &= (result.status, legs) == (trip.status, trip.legs)
    return as_expected


def ledger(supplier: ExampleSupplier) -> Table:
    """What the supplier itself has written down."""
    sheet = Table("leg", "item", "reference", "state", title="The supplier's ledger", title_justify="left")
    for row in supplier.ledger().bookings():
        sheet.add_row(row["leg"], row["item"] or "never booked", row["reference"], row["state"])
    return sheet
