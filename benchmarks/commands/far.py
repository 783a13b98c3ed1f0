"""`far`: servers that are a long way off, beside the same servers near by."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated, NamedTuple

import typer
from yarl import URL

from benchmarks.measurement.drain import draining, publish
from benchmarks.measurement.processes import service
from benchmarks.report.figures import spread
from benchmarks.scenarios.message import SIMULATED, TWO_SERVICES
from benchmarks.scenarios.queues import own_queues
from benchmarks.scenarios.scenario import addresses
from tests.chaos.proxy.tcp_proxy import Proxy
from voyage import devstack
from voyage.devstack.ports import HOST


class Drained(NamedTuple):
    """Seconds until the consumer is ready, and until the first answer; the rate without the first third."""

    ready: float
    first: float
    per_second: float


def far(
    *,
    requests: Annotated[int, typer.Option(help="Requests in a round.", min=30)] = 600,
    delay: Annotated[float, typer.Option(help="Milliseconds each way to both servers.", min=0)] = 300.0,
    rounds: Annotated[int, typer.Option(help="Rounds, each far and near.", min=1)] = 3,
) -> None:
    """Drain requests over servers that are far away, and over near ones, in turn."""
    drained: dict[str, list[Drained]] = {"far": [], "near": []}
    for number in range(rounds):
        for name, seconds in (("far", delay / 1000), ("near", 0.0)):
            with devstack.stack(say=lambda _: None) as servers:
                one = asyncio.run(_drain(servers, requests, seconds))
            drained[name].append(one)
            print(
                f"round {number + 1}, {name}: ready after {one.ready:.1f} s, first answer after"
                f" {one.first:.1f} s, {one.per_second:.1f} bookings/s",
                flush=True,
            )
    for name, all_of in drained.items():
        ready, rate = (
            statistics.median(getattr(one, what) for one in all_of) for what in ("ready", "per_second")
        )
        print(f"{name}: {rate:.1f} bookings/s, ready after {ready:.1f} s (medians)")
    print(f"far / near: {spread(_ratios(drained['far'], drained['near']), 2)}")


def _ratios(these: Sequence[Drained], others: Sequence[Drained]) -> list[float]:
    return [one.per_second / other.per_second for one, other in zip(these, others, strict=True)]


async def _drain(servers: devstack.Servers, requests: int, delay: float) -> Drained:
    worker, consumer = TWO_SERVICES["worker"], TWO_SERVICES["consumer"]
    async with (
        own_queues(servers) as near,
        _at_a_distance(servers, delay) as distant,
        AsyncExitStack() as stack,
    ):
        there = {**near, **SIMULATED, **addresses(distant)}
        began = time.perf_counter()
        await stack.enter_async_context(service(consumer.command, there, consumer.ready))
        ready = time.perf_counter() - began
        await stack.enter_async_context(service(worker.command, there, worker.ready))
        async with draining(near, {}) as drain:
            await publish(near, requests)
            await drain.until(requests)
    return Drained(ready, drain.answers[0], drain.per_second(requests // 3, requests - 1))


@asynccontextmanager
async def _at_a_distance(servers: devstack.Servers, delay: float) -> AsyncIterator[devstack.Servers]:
    """The same servers, through proxies that delay; with no delay too, so that both pay for a proxy."""
    url, port = URL(servers.amqp_url), int(servers.temporal_address.rpartition(":")[2])
    async with Proxy(url.port or 5672) as rabbitmq, Proxy(port) as temporal:
        rabbitmq.link.delay = temporal.link.delay = delay
        yield devstack.Servers(str(url.with_host(HOST).with_port(rabbitmq.port)), f"{HOST}:{temporal.port}")
