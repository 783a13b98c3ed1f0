"""`voyage book`: one trip, its result, and on request how it goes."""

from collections.abc import Callable
from inspect import Signature, signature
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console

from publisher.cli.terminal import result_or_exit, run, seconds, stderr, stdout, valid
from publisher.cli.trip.chosen import chosen_trip
from publisher.cli.trip.options import TripOptions
from publisher.cli.trip.typed import example_line
from publisher.cli.untaken import nobody_takes_requests
from publisher.cli.watching import announce, book_and_show
from publisher.client import Client
from publisher.contract.result import BookingResult, Status
from publisher.errors import BookingRejectedError, PublishTimeoutError, ResultTimeoutError, Sent
from publisher.sending import AWAY
from publisher.settings import BrokerSettings
from voyage.commands.failures import Exit
from voyage.commands.help_texts import examples
from voyage.commands.options import AsJson
from voyage.runtime.settings import load_settings
from voyage.trips import Trip

CHOSEN = chosen_trip()
FIXED = (
    *("--name", "--attempts", "--booking-id", "--deadline", "--timeout"),
    *("--watch", "--no-watch", "--json", "--help"),
)
OPTIONS = TripOptions(CHOSEN.kind, FIXED)
TRIP = example_line(CHOSEN.kind, OPTIONS)
EXAMPLES = str(CHOSEN.mistake or examples(TRIP, f"{TRIP} --json"))


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
        bool | None,
        typer.Option(
            "--watch/--no-watch",
            help="Show each leg as it goes, or print JSON at the end; by default, watch in a terminal.",
        ),
    ] = None,
    as_json: AsJson = False,
    **of_the_trip: str | list[str] | None,
) -> None:
    """Book one trip and wait for its result.

    In a terminal it is shown leg by leg, else printed as JSON.

    With both --watch and --json the legs go to standard error and the result to standard output.
    Exit code 0: booked; 1: cancelled, failed or rejected; 2: wrong usage or no connection; 3: no result yet;
    130: Ctrl-C; the booking goes on, and you are told how to see and cancel it.
    """
    if CHOSEN.mistake:
        raise CHOSEN.mistake
    own = uuid4().hex if booking_id is None else booking_id
    fields = {"name": name, "attempts": attempts, "booking_id": own, "deadline": deadline}
    request = valid(CHOSEN.kind, {**OPTIONS.body(of_the_trip), **fields}, OPTIONS.complaint)
    is_shown = stdout.is_terminal and not as_json if watching is None else watching
    work = _show(request, timeout, stderr if as_json else stdout) if is_shown else _book(request, timeout)
    try:
        result = result_or_exit(work, lambda: _goes_on(own), lambda late: _said(late, own, timeout))
    except PublishTimeoutError as unknown:
        raise PublishTimeoutError(f"{unknown} {_goes_on(own)}") from None
    if as_json or not is_shown:
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
    return f"Booking {booking_id} goes on, if its request was sent. {_see(booking_id)}"


def _see(booking_id: str) -> str:
    return f"See how it stands: voyage status {booking_id}; cancel it: voyage cancel {booking_id}"


def _said(late: ResultTimeoutError, booking_id: str, timeout: float) -> str:
    """Why there is no result, and what to do about it."""
    if late.sent is not Sent.SAFE or str(late).startswith(AWAY):
        return f"{late} {_see(booking_id)}"
    if run(nobody_takes_requests(load_settings(BrokerSettings)), lambda: _goes_on(booking_id)):
        return (
            f"No result within {timeout:g} s: no consumer takes requests. Booking {booking_id} waits, safe "
            f"in RabbitMQ, and is booked when one does, unless you cancel it: voyage cancel {booking_id}. "
            "Why none does: voyage-consumer doctor"
        )
    return f"No result within {timeout:g} s. Booking {booking_id} goes on. {_see(booking_id)}"


async def _book(request: Trip, timeout: float) -> BookingResult:
    async with await Client.connect() as client:
        if stderr.is_terminal:
            announce(stderr, request)
        try:
            return await client.book(request, timeout=timeout)
        except BookingRejectedError as rejected:
            return rejected.result


async def _show(request: Trip, timeout: float, console: Console) -> BookingResult:
    async with await Client.connect() as client:
        return await book_and_show(client, request, timeout, console)
