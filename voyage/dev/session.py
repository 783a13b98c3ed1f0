"""Everything at once for one trip: brought up, an example booked, kept up with what changes."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from uuid import uuid4

from pydantic import SecretStr

from publisher import BookingResult, BrokerSettings, Client
from publisher.contract.result import Status
from voyage import devstack
from voyage.dev import booking, what_next
from voyage.dev.changes import Watched, difference
from voyage.dev.declared import Declared, declared_of, read_again
from voyage.dev.other_consumers import require_none
from voyage.dev.process import ServiceError
from voyage.dev.screen import aside, complain, console, log_line
from voyage.dev.services import Services, services
from voyage.errors import SettingsError
from voyage.runtime.settings import load_settings
from voyage.trips import Trip
from voyage.trips.loading import TripSettings, name_of

LOOK_EVERY = 0.5  # seconds


def try_trip(*, stay: bool = True, show_logs: bool = False, spans: Path | None = None) -> bool:
    """Book an example of the trip that VOYAGE_TRIP names; whether it was booked.

    With `stay`, say what to try next, and take over what changes in the trip's module, until Ctrl-C.
    """
    files, trip = Watched(), load_settings(TripSettings).trip
    declared = declared_of(trip)
    with everything(show_logs=show_logs, spans=spans, console=stay) as (servers, both):
        booked = _book_example(servers.amqp_url, trip, declared, traced=bool(spans))
        if stay:
            say_where_everything_is(servers, both)
            say_what_to_try(servers, declared)
            named = os.environ.get("VOYAGE_TRIP") or name_of(trip)
            stay_up(lambda: _keep_up(named, declared, servers, both, files))
    return booked


@contextmanager
def everything(
    *,
    show_logs: bool = False,
    spans: Path | None = None,
    settings: Mapping[str, str] = MappingProxyType({}),
    console: bool = False,
) -> Iterator[tuple[devstack.Servers, Services]]:
    """Servers, a consumer, a worker and perhaps a console at them, with these settings on top."""
    with devstack.stack(ui=True, say=aside) as servers:
        own = {"AMQP_URL": servers.amqp_url, "TEMPORAL_ADDRESS": servers.temporal_address}
        broker = load_settings(BrokerSettings).model_copy(update={"amqp_url": SecretStr(servers.amqp_url)})
        require_none(broker)
        environment = {"VOYAGE_SUPPLIERS": "simulated", **os.environ, **own, **settings}
        environment.setdefault("VOYAGE_CONSOLE_TEMPORAL_UI", servers.temporal_ui or "")
        with services(environment, spans, log_line if show_logs else None, console=console) as both:
            aside("Consumer and worker are ready.\n")
            yield servers, both


def say_where_everything_is(servers: devstack.Servers, both: Services) -> None:
    """The addresses of all that runs, and the logs."""
    for line in what_next.places(servers, both):
        console.print(line)


def say_what_to_try(servers: devstack.Servers, declared: Declared) -> None:
    """Lines for another terminal."""
    for paragraph in what_next.to_try(servers, os.environ.get("VOYAGE_TRIP"), declared):
        console.print(f"\n{paragraph}")


def stay_up(work: Callable[[], None]) -> None:
    """Do this until Ctrl-C."""
    try:
        console.print("\nEverything ends with Ctrl-C.")
        work()
    except KeyboardInterrupt:
        console.print("\nStopping.")


def _book_example(amqp_url: str, trip: type[Trip], declared: Declared, *, traced: bool) -> bool:
    """Book it and show what became of it; whether it is booked."""
    if declared.example is None:
        console.print(declared.mistake, style="red")
        return False
    request = trip.model_validate(declared.example)
    trace_id = uuid4().hex

    async def book() -> BookingResult:
        async with await Client.connect(amqp_url) as voyage:
            return await booking.book(voyage, request, trace_id if traced else None)

    try:
        result = asyncio.run(book())
    except TimeoutError:
        console.print(f"No result after {booking.RESULT_WITHIN:g} s; the booking goes on.", style="red")
        return False
    console.print(booking.table(f"An example of {trip.__name__}", request, result))
    console.print(f"trace {trace_id}\n" if traced else "")
    return result.status is Status.BOOKED


def watch(servers: devstack.Servers, both: Services) -> None:
    """Start again consumer or worker if it ends by itself; raises `DevstackError` if a server does."""
    while True:
        _revive(servers, both)
        time.sleep(LOOK_EVERY)


def _keep_up(
    named: str, declared: Declared, servers: devstack.Servers, both: Services, watched: Watched
) -> None:
    """The same, and take over each change of the trip's module."""
    for files in watched.changes():
        if files:
            declared = _take_over(named, declared, both, " and ".join(file.name for file in files))
        _revive(servers, both)


def _revive(servers: devstack.Servers, both: Services) -> None:
    servers.require_running()
    for line in both.revive():
        console.print(line, style="red")


def _take_over(named: str, before: Declared, both: Services, changed: str) -> Declared:
    """What is declared now, if it can be booked, else what was before; that is booked on."""
    try:
        now = read_again(named)
        both.replace()
    except (SettingsError, ServiceError) as mistake:
        aside(f"\n{changed} changed, and can't be taken over; what was before is booked on:")
        complain(mistake)
        return before
    aside(f"\n{changed} changed; {difference(before, now)}. Bookings that run keep their plan.")
    for line in what_next.health(both):
        console.print(line)
    if now.mistake:
        console.print(now.mistake, style="red")
    elif now.example and now.example.keys() != (before.example or {}).keys():
        console.print(f"  {what_next.book_line(now.example)}")
    return now
