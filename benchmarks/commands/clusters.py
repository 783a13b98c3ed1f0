"""`clusters`: the rate of two services over clusters of other sizes, to check a prediction."""

import statistics
from collections.abc import Mapping
from contextlib import AsyncExitStack, ExitStack
from typing import Annotated, NamedTuple

import typer
import uvloop

from benchmarks.measurement import loads
from benchmarks.measurement.measure import Measurement, measure
from benchmarks.measurement.servers import roles
from benchmarks.report.figures import spread
from benchmarks.scenarios.message import by_message
from voyage import devstack
from voyage.devstack.rabbitmq import RabbitMq
from voyage.devstack.temporal_cluster import TemporalCluster

IN_FLIGHT = 30  # clients


class Size(NamedTuple):
    """Of a Temporal cluster."""

    shards: int
    hosts: int

    def __str__(self) -> str:
        return f"{self.shards} shards, {self.hosts} hosts"


def clusters(
    size: Annotated[list[str], typer.Option(help="Shards and hosts of a Temporal cluster: 64x2.")],
    rounds: Annotated[int, typer.Option(help="Rounds; each measures every cluster.", min=1)] = 3,
    bookings: Annotated[int, typer.Option(help="Bookings of each cluster and round.", min=1)] = 150,
) -> None:
    """Measure clusters of these sizes in turn, over one RabbitMQ node."""
    sizes = [Size(*map(int, one.split("x"))) for one in size]
    with ExitStack() as stack:
        broker = stack.enter_context(RabbitMq())
        started = [TemporalCluster(print, hosts=size.hosts, shards=size.shards) for size in sizes]
        servers = [
            devstack.Servers(broker.url, one.address, started=one.servers)
            for one in map(stack.enter_context, started)
        ]
        uvloop.run(_compare(dict(zip(sizes, servers, strict=True)), rounds, bookings))


async def _compare(servers: Mapping[Size, devstack.Servers], rounds: int, bookings: int) -> None:
    sizes = list(servers)
    found: dict[Size, list[Measurement]] = {size: [] for size in sizes}
    async with AsyncExitStack() as stack:
        scenarios = {
            size: (await stack.enter_async_context(by_message(over, str(size))), roles(over))
            for size, over in servers.items()
        }
        for number in range(rounds + 1):
            for size, (scenario, shared) in scenarios.items():
                latencies = loads.closed(scenario, bookings=bookings, in_flight=IN_FLIGHT)
                one = await measure(scenario.name, "closed", number, {**shared, **scenario.roles}, latencies)
                if number:  # one warms up
                    found[size].append(one)
                    print(f"round {number}: {size}: {one.per_second:.1f} bookings/s", flush=True)
    for size, ones in found.items():
        cpu = {role: statistics.median(one.cpu_ms[role] for one in ones) for role in ("server", "database")}
        rates = [one.per_second for one in ones]
        ratios = [one / two.per_second for one, two in zip(rates, found[sizes[0]], strict=True)]
        print(
            f"{size}: {spread(rates)} bookings/s, {spread(ratios, 2)} of the first; "
            f"CPU of Temporal {cpu['server']:.0f} ms, of PostgreSQL {cpu['database']:.0f} ms a booking"
        )
