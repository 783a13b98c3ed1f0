"""`peers`: the same booking by Voyage, Temporal's tutorial, DBOS, Celery and FastStream."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from benchmarks.measurement import results
from benchmarks.measurement.rounds import Plan, run
from benchmarks.peers.failures import check_all
from benchmarks.peers.services import PEERS, scenario, versions
from benchmarks.report import page
from benchmarks.scenarios.catalog import SCENARIOS, Entry
from voyage import devstack
from voyage.devstack.binaries import temporal_binary


def peers(
    *,
    rounds: Annotated[int, typer.Option(help="Rounds; each measures every scenario.", min=1)] = 5,
    bookings: Annotated[int, typer.Option(help="Bookings per scenario and round.", min=1)] = 120,
    in_flight: Annotated[int, typer.Option(help="Clients.", min=1)] = 30,
    singles: Annotated[int, typer.Option(help="Bookings one at a time.", min=1)] = 5,
    on_disk: Annotated[bool, typer.Option("--on-disk", help="Temporal's data in a file.")] = False,
    failures: Annotated[bool, typer.Option("--failures", help="Kill each peer; measure nothing.")] = False,
) -> None:
    """Compare with DBOS, Celery and FastStream; this needs .venv-peers."""
    if failures:
        with devstack.RabbitMq() as broker, tempfile.TemporaryDirectory(prefix="voyage-bench-") as folder:
            servers = devstack.Servers(amqp_url=broker.url, temporal_address="")
            undone = asyncio.run(check_all(servers, Path(folder)))
            sys.exit(0 if undone else "a refused booking was not undone in reverse")
    options = {"rounds": rounds, "bookings": bookings, "in_flight": in_flight, "singles": singles}
    others = {name: Entry(title, scenario(start)) for name, (title, start) in PEERS.items()}
    entries = {**SCENARIOS, **others}
    plan = Plan(rounds, bookings, in_flight, rate=0, seconds=0, singles=singles, sequential=tuple(entries))
    with _servers(on_disk=on_disk) as servers:
        measured = uvloop.run(run(servers, entries.values(), plan)).measured
    figures = {"note": f" Versions: {versions()}.", "measured": [asdict(one) for one in measured]}
    results.save("peers", {**options, "on_disk": on_disk}, figures)
    page.write()


@contextmanager
def _servers(*, on_disk: bool) -> Iterator[devstack.Servers]:
    with (
        devstack.RabbitMq() as broker,
        devstack.Temporal(temporal_binary(print), durable=on_disk) as temporal,
    ):
        yield devstack.Servers(
            amqp_url=broker.url, temporal_address=temporal.address, started=[broker, temporal]
        )
