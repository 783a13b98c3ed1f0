"""What `python -m examples.demo` does: books three trips over real servers and shows what became of them."""

import asyncio
import os
import signal
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console
from rich.table import Table

from examples.demo.supplier import ExampleSupplier
from examples.demo.trips import TRIPS, Trip
from publisher import BookingResult, Client
from voyage import devstack
from voyage.dev.services import running

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
console = Console(soft_wrap=True)
COLOURS = {"booked": "green", "undone": "yellow", "refused": "red", "not_tried": "dim"}


class Suppliers(StrEnum):
    """Who rents cars, rooms and seats in the demo."""

    SIMULATED = "simulated"
    HTTP = "http"


@app.command()
def main(
    *,
    stay: Annotated[bool, typer.Option(help="Keep everything running afterwards.")] = False,
    suppliers: Annotated[Suppliers, typer.Option(help="Simulated, or a service behind HTTP.")] = (
        Suppliers.SIMULATED
    ),
    traces: Annotated[Path | None, typer.Option(help="Write the spans of all trips to this file.")] = None,
) -> None:
    """Bring up RabbitMQ, Temporal, consumer and worker, book three trips, and end it all."""
    if traces:
        _empty(traces)
    with ExitStack() as stack:
        servers = stack.enter_context(
            devstack.stack(ui=True, say=lambda text: console.print(text, style="dim"))
        )
        environment = {
            **os.environ,
            "AMQP_URL": servers.amqp_url,
            "TEMPORAL_ADDRESS": servers.temporal_address,
        }
        supplier = stack.enter_context(ExampleSupplier()) if suppliers is Suppliers.HTTP else None
        if supplier:
            environment |= supplier.settings
            console.print(f"The supplier listens at {supplier.url}", style="dim")
        with running(environment, traces):
            console.print("Consumer and worker are ready.\n", style="dim")
            as_expected = asyncio.run(book_trips(servers.amqp_url, traced=bool(traces)))
            if supplier:
                console.print(ledger(supplier), "")
            if stay:
                stay_up(servers)
    if traces:
        console.print(f"The spans of {len(TRIPS)} traces are in {traces}, one per line", style="dim")
    if not as_expected:
        console.print("The demo failed: a trip did not end as it must.", style="bold red")
        raise typer.Exit(1)
    console.print("All trips ended as they must.", style="bold green")
    if not stay:
        console.print("To look around in both web UIs and to book more: make run", style="dim")


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
            trace_id = uuid4().hex
            headers = {"traceparent": f"00-{trace_id}-{uuid4().hex[:16]}-01"} if traced else None
            async with asyncio.timeout(60), voyage.booking(trip.request, headers) as answer:
                result = await answer
            console.print(table(trip, result), f"trace {trace_id}\n" if traced else "")
            legs = tuple((leg.status, leg.attempts) for leg in result.legs)
            as_expected &= (result.status, legs) == (trip.status, trip.legs)
    return as_expected


def table(trip: Trip, result: BookingResult) -> Table:
    """What was asked for and what became of it, leg by leg."""
    sheet = Table(
        title=f"{trip.title}\n[bold]{result.status.value.upper()}[/bold]: {result.result}",
        title_justify="left",
        title_style="",
    )
    for column in ("leg", "asked for", "status", "tries", "error"):
        sheet.add_column(column)
    for leg in result.legs:
        status = f"[{COLOURS.get(leg.status, 'red')}]{leg.status}"
        item = getattr(trip.request, leg.leg)
        sheet.add_row(leg.leg, item, status, str(leg.attempts), leg.error or "")
    return sheet


def ledger(supplier: ExampleSupplier) -> Table:
    """What the supplier itself has written down."""
    sheet = Table("leg", "item", "reference", "state", title="The supplier's ledger", title_justify="left")
    for row in supplier.ledger().bookings():
        sheet.add_row(row["leg"], row["item"] or "never booked", row["reference"], row["state"])
    return sheet


def stay_up(servers: devstack.Servers) -> None:
    """Say where to look and how to book from another terminal, and wait for Ctrl-C."""
    if servers.temporal_ui:
        console.print(f"Temporal's UI:                {servers.temporal_ui}")
    if servers.rabbitmq_ui:
        console.print(f"RabbitMQ's UI (guest, guest): {servers.rabbitmq_ui}")
    console.print(
        "\nBook from another terminal, in this folder:\n\n"
        f"  export AMQP_URL={servers.amqp_url}\n"
        "  .venv/bin/voyage book --car my-car --hotel my-hotel --flight my-flight\n\n"
        "Everything ends with Ctrl-C."
    )
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("\nStopping.")
