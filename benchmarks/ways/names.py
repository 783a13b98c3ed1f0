"""Queues and task queues of a way's own, so that ways don't take each other's bookings."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from uuid import uuid4

from aio_pika import connect
from pydantic import SecretStr

from benchmarks.ways.way import where
from publisher import BrokerSettings
from voyage import devstack

QUEUES = ("requests", "control", "results", "dead", "parked")


@asynccontextmanager
async def own_names(servers: devstack.Servers) -> AsyncIterator[dict[str, str]]:
    """The environment that names them; the queues are gone after the block."""
    own = f"bench.{uuid4().hex[:8]}"
    yield {
        **where(servers),
        **{_variable(queue): f"{own}.{queue}" for queue in QUEUES},
        "VOYAGE_TASK_QUEUE": f"{own}-saga",
        "VOYAGE_REPLY_TASK_QUEUE": f"{own}-replies",
    }
    async with await connect(servers.amqp_url) as connection, connection.channel() as channel:
        for queue in QUEUES:
            await channel.queue_delete(f"{own}.{queue}")


def broker_settings(environment: Mapping[str, str]) -> BrokerSettings:
    """What a client needs to use these queues."""
    names = {f"{queue}_queue": environment[_variable(queue)] for queue in QUEUES}
    return BrokerSettings.model_validate({"amqp_url": SecretStr(environment["AMQP_URL"]), **names})


def _variable(queue: str) -> str:
    return f"VOYAGE_{queue.upper()}_QUEUE"
