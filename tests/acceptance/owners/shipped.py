"""A RabbitMQ with the users of deploy/rabbitmq/definitions.json, and everything running over it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from publisher.settings import BrokerSettings
from tests.acceptance.conftest import World, a_world
from tests.conftest import own_names
from voyage import devstack
from voyage.devstack import RabbitMq

DEFINITIONS = Path(__file__).parents[3] / "deploy/rabbitmq/definitions.json"
USERS = ("admin", "client", "partner", "console", "consumer")
EXCHANGE = "voyage.requests"
QUEUES = ("requests", "control", "results", "undelivered", "waiting", "dead", "parked")


@pytest.fixture(scope="module")
def broker() -> Iterator[RabbitMq]:
    with RabbitMq() as node:
        for user in USERS:
            node.ctl("add_user", user, user)
        node.ctl("import_definitions", str(DEFINITIONS))
        yield node


def settings_of(broker: RabbitMq, user: str) -> BrokerSettings:
    own = BrokerSettings(owners=True, operators="consumer,console,admin", request_exchange=EXCHANGE)
    return own.model_copy(update={"amqp_url": SecretStr(url_of(broker, user))})


def url_of(broker: RabbitMq, user: str) -> str:
    return f"{broker.url.replace('guest:guest', f'{user}:{user}').rstrip('/')}/voyage"


@pytest.fixture(scope="module")
async def services(broker: RabbitMq, servers: devstack.Servers) -> AsyncIterator[World]:
    """Consumer and worker, with the queues' own names."""
    names = own_names()
    defaults = {f"{name}_queue": type(names).model_fields[f"{name}_queue"].default for name in QUEUES}
    on = {"owners": True, "operators": "consumer,console,admin"}
    async with a_world(
        url_of(broker, "consumer"), servers.temporal_address, names.model_copy(update={**defaults, **on})
    ) as world:
        await world.consumer("--with-worker")
        yield world
