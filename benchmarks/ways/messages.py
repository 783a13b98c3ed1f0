"""The whole way: message in, result out, in both shapes that ship."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from pydantic import SecretStr

import devstack
from benchmarks.processes import Role, service
from benchmarks.ways.way import TRIP, Way, where
from publisher import BookingRequest, BrokerSettings, Client


@asynccontextmanager
async def by_message(servers: devstack.Servers) -> AsyncIterator[Way]:
    """The whole way: message in, result out, consumer and worker as they ship."""
    environment = own_names(servers)
    async with (
        service(["-m", "saga"], environment, "Worker ready") as worker,
        service(["-m", "consumer"], environment, "Consumer ready") as consumer,
        booking("message", servers, environment, {"worker": worker, "consumer": consumer}) as way,
    ):
        yield way


@asynccontextmanager
async def by_message_to_one_process(servers: devstack.Servers) -> AsyncIterator[Way]:
    """The whole way, with consumer and worker in one process."""
    environment = own_names(servers)
    async with (
        service(["-m", "consumer", "--with-worker"], environment, "Consumer ready") as both,
        booking("one", servers, environment, {"worker": both}) as way,
    ):
        yield way


@asynccontextmanager
async def booking(
    name: str, servers: devstack.Servers, environment: Mapping[str, str], roles: Mapping[str, Role]
) -> AsyncIterator[Way]:
    """Book with the light client, in the queues that the environment names."""
    queues: dict[str, Any] = {
        variable.removeprefix("VOYAGE_").lower(): value
        for variable, value in environment.items()
        if variable.endswith("_QUEUE") and not variable.endswith("TASK_QUEUE")
    }
    settings = BrokerSettings(amqp_url=SecretStr(servers.amqp_url), **queues)
    async with await Client.connect(settings=settings) as client:

        async def book() -> str:
            return (await client.book(BookingRequest.model_validate(TRIP), timeout=300)).status.value

        yield Way(name, book, roles)


def own_names(servers: devstack.Servers) -> dict[str, str]:
    """The environment of a way with queues and task queues of its own."""
    own = f"bench.{uuid4().hex[:8]}"
    return {
        **where(servers),
        "VOYAGE_REQUESTS_QUEUE": f"{own}.requests",
        "VOYAGE_CONTROL_QUEUE": f"{own}.control",
        "VOYAGE_RESULTS_QUEUE": f"{own}.results",
        "VOYAGE_DEAD_QUEUE": f"{own}.dead",
        "VOYAGE_PARKED_QUEUE": f"{own}.parked",
        "VOYAGE_TASK_QUEUE": f"{own}-saga",
        "VOYAGE_REPLY_TASK_QUEUE": f"{own}-replies",
    }
