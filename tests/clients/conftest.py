"""A broker of one's own, so that the clients find the contract's queues under their default names."""

from collections.abc import AsyncIterator

import pytest

from tests.acceptance.conftest import World, a_world
from tests.acceptance.owners.shipped import broker, services
from tests.conftest import own_names
from voyage import devstack

__all__ = ["broker", "services"]
QUEUES = (
    "requests_queue",
    "control_queue",
    "results_queue",
    "undelivered_queue",
    "dead_queue",
    "parked_queue",
)


@pytest.fixture(scope="session")
async def booking(servers: devstack.Servers) -> AsyncIterator[World]:
    """Consumer and worker over a broker of their own, with the queues' default names."""
    with devstack.RabbitMq() as rabbitmq:
        names = own_names()
        defaults = {name: type(names).model_fields[name].default for name in QUEUES}
        async with a_world(
            rabbitmq.url, servers.temporal_address, names.model_copy(update=defaults)
        ) as world:
            await world.worker()
            await world.consumer()
            yield world
