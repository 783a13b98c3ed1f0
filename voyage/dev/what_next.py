"""What to try next, to be copied, and where everything is."""

import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from publisher.cli.trip.typed import typed
from voyage.dev.declared import Declared
from voyage.dev.services import Services
from voyage.devstack import Servers
from voyage.trips.example import REFUSED
from voyage.trips.trip import ENVELOPE


def book_line(fields: Mapping[str, Any]) -> str:
    """The `voyage book` that asks for this."""
    options = (
        f"--{name.strip('_').replace('_', '-')} {typed(value)}"
        for name, value in fields.items()
        if name not in ENVELOPE
    )
    return " ".join([voyage(), "book", *options])


def exports(servers: Servers, trip: str | None) -> str:
    """What another terminal has to set; not a password that isn't RabbitMQ's well-known one."""
    values = {"AMQP_URL": servers.amqp_url, "TEMPORAL_ADDRESS": servers.temporal_address, "VOYAGE_TRIP": trip}
    if urlsplit(servers.amqp_url).password not in {None, "guest"}:
        del values["AMQP_URL"]
    return " ".join(["export", *(f"{name}={shlex.quote(value)}" for name, value in values.items() if value)])


def places(servers: Servers, both: Services) -> Iterator[str]:
    """A line for each thing that runs."""
    broker = urlsplit(servers.amqp_url)
    found = {
        "The console, in a browser": both.console,
        "RabbitMQ": f"{broker.hostname}:{broker.port or 5672}",
        "RabbitMQ's UI (guest, guest)": servers.rabbitmq_ui,
        "Temporal": servers.temporal_address,
        "Temporal's UI": servers.temporal_ui,
    }
    yield from (_row(what, place) for what, place in found.items() if place)
    yield from health(both)
    yield _row("Logs", f"{both.logs}/*.log")


def health(both: Services) -> Iterator[str]:
    """Where consumer and worker say how they are, which changes with each start."""
    yield from (_row(f"The {name}'s health", url) for name, url in both.health.items())


def to_try(servers: Servers, trip: str | None, declared: Declared) -> Iterator[str]:
    """How to book this trip from another terminal, and how to see it refused."""
    begin = f"Book from another terminal, in this folder:\n\n  {exports(servers, trip)}\n  "
    if declared.example is None:
        yield f"{begin}{voyage()} book --help"
        return
    yield f"{begin}{book_line(declared.example)}"
    if declared.refusal:
        yield f"See a refusal, and what was booked before it undone:\n\n  {book_line(declared.refusal)}"
    else:
        yield f"No item of this trip can contain `{REFUSED}`, for which simulated suppliers refuse one."


def voyage() -> str:
    """The command `voyage` as it can be typed in this folder."""
    beside = Path(sys.executable).with_name("voyage")
    if beside.is_relative_to(Path.cwd()):
        return shlex.quote(str(beside.relative_to(Path.cwd())))
    return "voyage" if shutil.which("voyage") == str(beside) else shlex.quote(str(beside))


def _row(what: str, place: str) -> str:
    return f"{what + ':':<30}{place}"
