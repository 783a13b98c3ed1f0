"""Queues and task queues of one scenario, so that scenarios do not take each other's bookings."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from uuid import uuid4

from pydantic import SecretStr

from benchmarks.scenarios.scenario import addresses
from publisher import BrokerSettings
from tests.rabbitmq import connect
from voyage import devstack

QUEUES = ("requests", "control", "results", "undelivered", "dead", "parked")


@asynccontextmanager
async def own_queues(servers: devstack.Servers) -> AsyncIterator[dict[str, str]]:
    """Name queues in an environment; delete them after the block."""
    own = f"bench.{uuid4().hex[:8]}"
    yield {
        **addresses(servers),
        **{_variable(queue): f"{own}.{queue}" for queue in QUEUES},
        "VOYAGE_TASK_QUEUE": f"{own}-saga",
        "VOYAGE_REPLY_TASK_QUEUE": f"{own}-replies",
    }
    async with await connect(servers.amqp_url) as connection, connection.channel() as channel:
        for queue in QUEUES:
            await channel.queue_delete(f"{own}.{queue}")


def broker_settings(environment: Mapping[str, str]) -> BrokerSettings:
    """The settings of a client that uses the queues of this environment."""
    names = {f"{queue}_queue": environment[_variable(queue)] for queue in QUEUES}
    return BrokerSettings.model_validate({"amqp_url": SecretStr(environment["AMQP_URL"]), **names})


def _variable(queue: str) -> str:
    return f"VOYAGE_{queue.upper()}_QUEUE"
