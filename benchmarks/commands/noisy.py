"""`noisy`: the latency of one owner while another sends thousands of requests, with quotas and without."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated
from urllib.parse import quote
from uuid import uuid4

import typer
import uvloop
from pydantic import SecretStr

from benchmarks.measurement.loads import opened
from benchmarks.measurement.measure import percentiles
from benchmarks.report.figures import spread
from benchmarks.scenarios.message import SIMULATED, TUTORIALS, by_message
from benchmarks.scenarios.queues import broker_settings
from benchmarks.scenarios.scenario import Scenario
from publisher import BrokerSettings, Client
from tests.rabbitmq import connect
from tests.users import add_user
from voyage import devstack
from voyage.devstack.rabbitmq import RabbitMq

NOISY, QUIET = "noisy", "quiet"
RATE, QUIET_RATE = 5, 2  # requests a second: the quota of each, and what the quiet one sends
AT_ONCE = 200  # requests of the noisy one in flight
QUOTA = {"VOYAGE_QUOTA_RATE": str(RATE)}
WAYS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "alone": QUOTA,
        "without quotas": {},
        "they wait": {**QUOTA, "VOYAGE_OVER_QUOTA": "wait"},
        "they are refused": {**QUOTA, "VOYAGE_OVER_QUOTA": "refuse"},
    }
)


def noisy(
    rounds: Annotated[int, typer.Option(help="Rounds; each has every way.", min=1)] = 3,
    requests: Annotated[int, typer.Option(help="Requests of the noisy owner.", min=1)] = 5000,
    seconds: Annotated[float, typer.Option(help="For how long the quiet owner books.", min=1)] = 30,
) -> None:
    """Compare one owner's latency beside another's thousands of requests, with quotas and without."""
    with RabbitMq() as broker, devstack.stack() as servers:
        for user in (NOISY, QUIET):
            add_user(broker, user)
        own = devstack.Servers(broker.url, servers.temporal_address)
        uvloop.run(_compare(own, rounds, requests, seconds))


async def _compare(servers: devstack.Servers, rounds: int, requests: int, seconds: float) -> None:
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way in WAYS:
            one = await _round(servers, way, 0 if way == "alone" else requests, seconds)
            found[way].append(one)
            told = ", ".join(f"{name} {ms:.0f} ms" for name, ms in one.items())
            print(f"round {number + 1}: {way}: {told}", flush=True)
    for way, ones in found.items():
        p50, p99 = (spread([one[name] for one in ones]) for name in ("p50", "p99"))
        print(f"{way}: p50 {p50} ms, p99 {p99} ms")


async def _round(servers: devstack.Servers, way: str, requests: int, seconds: float) -> dict[str, float]:
    waiting = f"bench.{uuid4().hex[:8]}.waiting"
    owners = {"VOYAGE_OWNERS": "true", "VOYAGE_OPERATORS": "guest", "VOYAGE_WAITING_QUEUE": waiting}
    variables = {**SIMULATED, **owners, **WAYS[way]}
    try:
        async with by_message(servers, way, variables=variables) as scenario:
            noise = asyncio.create_task(_noise(scenario, requests))
            latencies = await _quiet(scenario, seconds)
            await noise
    finally:
        async with await connect(servers.amqp_url) as connection:
            for queue in (waiting, f"{waiting}.long"):
                await (await connection.channel()).queue_delete(queue)
    return percentiles(latencies)


async def _noise(scenario: Scenario, requests: int) -> None:
    remaining = iter(range(requests))
    async with await Client.connect(settings=_as(NOISY, scenario)) as client:

        async def send() -> None:
            for _ in remaining:
                await client.publish(TUTORIALS.model_copy())

        await asyncio.gather(*(send() for _ in range(AT_ONCE)))


async def _quiet(scenario: Scenario, seconds: float) -> list[float]:
    """Latencies of bookings that are sent at a steady rate, whether answers come or not."""
    async with await Client.connect(settings=_as(QUIET, scenario)) as client:

        async def book() -> str:
            return (await client.book(TUTORIALS.model_copy(), timeout=600)).status.value

        return await opened(replace(scenario, book=book), rate=QUIET_RATE, seconds=seconds)


def _as(user: str, scenario: Scenario) -> BrokerSettings:
    names = broker_settings(scenario.environment)
    url = scenario.environment["AMQP_URL"].replace("guest:guest", f"{quote(user)}:{quote(user)}")
    return names.model_copy(update={"amqp_url": SecretStr(url), "owners": True})
