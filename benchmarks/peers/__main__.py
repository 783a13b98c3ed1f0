"""`make bench-peers`: bookings by Voyage, plain Temporal and the peers, in one run, in interleaved rounds."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
import uvloop

from benchmarks import results
from benchmarks.peers import page
from benchmarks.peers.table import ROWS
from benchmarks.rounds import Plan
from benchmarks.run import measured
from voyage import devstack
from voyage.devstack.finding import temporal_binary


def main(
    *,
    rounds: Annotated[int, typer.Option(help="Rounds; each books with every way.", min=1)] = 5,
    bookings: Annotated[int, typer.Option(help="Closed load: bookings per way and round.", min=1)] = 120,
    in_flight: Annotated[int, typer.Option(help="Closed load: clients at the same time.", min=1)] = 30,
    singles: Annotated[int, typer.Option(help="Light load: bookings one at a time.", min=1)] = 5,
    on_disk: Annotated[bool, typer.Option("--on-disk", help="Temporal's data in a file of its own.")] = False,
) -> None:
    """Measure, and write figures and page."""
    plan = Plan(rounds, bookings, in_flight, rate=0, seconds=0, singles=singles, light=tuple(ROWS))
    with _servers(on_disk=on_disk) as servers:
        made = uvloop.run(measured(servers, ROWS.values(), plan))
    options = {name: getattr(plan, name) for name in ("rounds", "bookings", "in_flight", "singles")}
    figures = {"peers": page.versions(), "measured": [asdict(one) for one in made]}
    results.save("peers", "python -m benchmarks.peers" + on_disk * " --on-disk", options, figures)
    page.write()


@contextmanager
def _servers(*, on_disk: bool) -> Iterator[devstack.Servers]:
    """Servers of our own, as in the other benchmarks."""
    rabbitmq, temporal = devstack.RabbitMq(), devstack.Temporal(temporal_binary(print), durable=on_disk)
    try:
        rabbitmq.start()
        temporal.start()
        yield devstack.Servers(amqp_url=rabbitmq.url, temporal_address=temporal.address)
    finally:
        temporal.close()
        rabbitmq.close()


if __name__ == "__main__":
    try:
        typer.run(main)
    except devstack.DevstackError as error:
        sys.exit(f"bench-peers: {error}")
