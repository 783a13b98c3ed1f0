"""A world over three RabbitMQ nodes, whose services know all of them."""

from collections.abc import AsyncIterator

import pytest

from tests.acceptance.conftest import World, a_world
from tests.conftest import own_names
from voyage import devstack
from voyage.devstack.rabbitmq_cluster import RabbitMqCluster


@pytest.fixture
async def world(cluster: RabbitMqCluster, servers: devstack.Servers) -> AsyncIterator[World]:
    async with a_world(cluster.url, servers.temporal_address, own_names()) as world:
        yield world
