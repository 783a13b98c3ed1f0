"""The way between nodes is cut, as the devstack's handle does it: the minority pauses, and comes back."""

import asyncio

import pytest

from tests.poll import eventually
from voyage.devstack.rabbitmq_cluster import RabbitMqCluster

pytestmark = pytest.mark.thorough


def ready(cluster: RabbitMqCluster) -> list[bool]:
    return [node.is_ready() for node in cluster.nodes]


async def test_a_node_without_the_others_takes_no_clients_until_it_has_them_again(
    cluster: RabbitMqCluster,
) -> None:
    one, *others = cluster.nodes
    await asyncio.to_thread(cluster.cut, one, *others)
    try:
        await eventually("the minority to pause", lambda: ready(cluster) == [False, True, True])
    finally:
        await asyncio.to_thread(cluster.heal, one, *others)
    await eventually("all nodes", lambda: all(ready(cluster)))


async def test_two_nodes_without_each_other_both_pause(cluster: RabbitMqCluster) -> None:
    one, two, three = cluster.nodes
    await asyncio.to_thread(cluster.cut, one, two)
    try:
        await eventually("both to pause", lambda: not one.is_ready() and not two.is_ready())
        assert three.is_ready()
    finally:
        await asyncio.to_thread(cluster.heal, one, two)
    await eventually("all nodes", lambda: all(ready(cluster)))
