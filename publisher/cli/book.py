"""`voyage book`: one trip, its result, and on request how it goes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from inspect import Signature, signature
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console
from rich.live import Live

from publisher.cli import rendering
from publisher.cli.terminal import AsJson, result_or_exit, seconds, stderr, stdout, valid
from publisher.cli.trip.chosen import chosen_trip
from publisher.cli.trip.options import TripOptions
from publisher.cli.trip.typed import example_line
from publisher.client import Client
from publisher.contract.result import BookingResult, Status
from publisher.errors import BookingRejectedError, PublishTimeoutError, ResultTimeoutError
from voyage.commands.failures import Exit
from voyage.commands.help_texts import examples
from voyage.trips import Trip

INTERVAL = 0.5  # seconds between two questions; each costs the services one query
CHOSEN = chosen_trip()
FIXED = ("--name", "--attempts", "--booking-id", "--deadline", "--timeout", "--watch", "--json", "--help")
OPTIONS = TripOptions(CHOSEN.kind, FIXED)
TRIP = example_line(CHOSEN.kind, OPTIONS)
EXAMPLES = str(CHOSEN.mistake or examples(TRIP, f"{TRIP} --watch"))


def book(  # noqa: PLR0913 -- options, each named
    *,
    name: Annotated[str, typer.Option(metavar="NAME", help="Who travels.")] = "John Doe",
    attempts: Annotated[int, typer.Option(metavar="N", help="Tries per leg, 1 to 100.")] = 5,
    booking_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Your own id; the same id is booked once.")
    ] = None,
    deadline: Annotated[
        str | None, typer.Option(metavar="TIME", help="Booked or undone by then: 2030-01-31T12:00:00Z.")
    ] = None,
    timeout: Annotated[float, seconds("How long to wait for the result.")] = 60.0,
    watching: Annotated[
        bool, typer.Option("--watch", help="Show each leg as it goes, instead of JSON.")
    ] = False,
    as_json: AsJson = False,
    **of_the_trip: str | list[str] | None,
) -> None:
    """Book one trip, wait for its result and print it as JSON.

    With both --watch and --json the legs go to standard error and the result to standard output.
    Exit code 0: booked; 1: cancelled, failed or rejected; 2: wrong usage or no connection; 3: no result yet;
    130: Ctrl-C; the booking goes on, and its id is told.
    """
    if CHOSEN.mistake:
        raise CHOSEN.mistake
    own = uuid4().hex if booking_id is None else booking_id
    fields = {"name": name, "attempts": attempts, "booking_id": own, "deadline": deadline}
    request = valid(CHOSEN.kind, {**OPTIONS.body(of_the_trip), **fields}, OPTIONS.complaint)
    work = _watch(request, timeout, stderr if as_json else stdout) if watching else _book(request, timeout)
    try:
        result = result_or_exit(work, lambda: _goes_on(own))
    except PublishTimeoutError as unknown:
        raise PublishTimeoutError(f"{unknown} {_goes_on(own)}") from None
    if as_json or not watching:
        typer.echo(result.model_dump_json(indent=None if as_json else 2))
    raise typer.Exit(Exit.BOOKED if result.status is Status.BOOKED else Exit.NOT_BOOKED)


def _with_the_trips_options(function: Callable[..., None]) -> None:
    """Typer makes options of a signature: the trip's come first."""
    *own, _ = signature(function).parameters.values()
    parameters = [*OPTIONS.parameters(), *own]
    vars(function)["__signature__"] = Signature(parameters)
    function.__annotations__ = {one.name: one.annotation for one in parameters}


_with_the_trips_options(book)


def _goes_on(booking_id: str) -> str:
    """What becomes of a booking that nobody waits for any longer."""
    return (
        f"Booking {booking_id} goes on, if its request was sent. "
        f"See how it stands: voyage status {booking_id}; stop it: voyage cancel {booking_id}"
    )


async def _book(request: Trip, timeout: float) -> BookingResult:
    async with await Client.connect() as client:
        try:
            return await client.book(request, timeout=timeout)
        except BookingRejectedError as rejected:
            return rejected.result


async def _watch(request: Trip, timeout: float, console: Console) -> BookingResult:
    """Show the legs while they change: in place in a terminal, else a line for each change."""
    result: BookingResult | None = None
    async with await Client.connect() as client:
        with Live(console=console, auto_refresh=False, transient=False) as live:
            if console.is_terminal:
                live.update(rendering.legs_table(request, None), refresh=True)
            try:
                async for now in watch(client, request, timeout):
                    for line in () if console.is_terminal else rendering.leg_changes(result, now):
                        console.print(line, markup=False)
                    result = now
                    if console.is_terminal:
                        live.update(rendering.legs_table(request, now), refresh=True)
            except BookingRejectedError as rejected:
                result = rejected.result
    assert result  # noqa: S101 -- the last thing that `watch` tells is the result
    console.print(rendering.summary_line(result))
    return result


async def watch(client: Client, request: Trip, timeout: float) -> AsyncIterator[BookingResult]:
    """Book, and tell how the booking stands whenever that has changed; the last is its result.

    `request` must have a booking id. Raises as `Client.book` does.
    """
    booking = asyncio.create_task(client.book(request, timeout=timeout))
    try:
        last = None
        while not booking.done():
            now = await _status(client, request.booking_id or "", booking)
            if now and now != last and now.status is Status.RUNNING:
                yield now
                last = now
            await asyncio.wait([booking], timeout=INTERVAL)
        yield await booking
    finally:
        booking.cancel()


async def _status(
    client: Client, booking_id: str, booking: "asyncio.Task[BookingResult]"
) -> BookingResult | None:
    """How it stands; None if nobody says, or the result comes first."""
    asking = asyncio.create_task(client.status(booking_id))
    await asyncio.wait([asking, booking], return_when=asyncio.FIRST_COMPLETED)
    if not asking.done():
        asking.cancel()
    with suppress(ResultTimeoutError, asyncio.CancelledError):
        return await asking
    return None
