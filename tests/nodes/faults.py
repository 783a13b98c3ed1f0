"""What happens to the nodes: one is killed, one is frozen, or all are restarted one after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from consumer.settings import ConsumerSettings
from voyage.devstack.rabbitmq_cluster import Node, RabbitMqCluster

AWAY = 30.0  # seconds that a killed node is away
FROZEN = 20.0
STOPPED, BETWEEN = 12.0, 40.0  # of a rolling restart
Fault = Callable[[RabbitMqCluster, Node], Awaitable[None]]


async def kill_leader(_: RabbitMqCluster, leader: Node) -> None:
    """The node of the leaders."""
    await _kill(leader)


async def kill_other(cluster: RabbitMqCluster, leader: Node) -> None:
    """Another one."""
    await _kill(next(node for node in cluster.nodes if node is not leader))


async def freeze_leader(_: RabbitMqCluster, leader: Node) -> None:
    """The node of the leaders."""
    await _freeze(leader)


async def freeze_other(cluster: RabbitMqCluster, leader: Node) -> None:
    """Another one."""
    await _freeze(next(node for node in cluster.nodes if node is not leader))


async def roll(cluster: RabbitMqCluster, _: Node) -> None:
    """Each node in turn, as an upgrade does it."""
    for node in cluster.nodes:
        await asyncio.to_thread(node.stop)
        await asyncio.sleep(STOPPED)
        await asyncio.to_thread(node.start)
        await asyncio.sleep(BETWEEN - STOPPED)


FAULTS: Mapping[str, Fault] = {
    "kill -9 of the leaders' node, 30 s": kill_leader,
    "kill -9 of another node, 30 s": kill_other,
    "the leaders' node frozen for 20 s": freeze_leader,
    "another node frozen for 20 s": freeze_other,
    "rolling restart, 12 s each": roll,
}


async def leader_of(cluster: RabbitMqCluster, settings: ConsumerSettings) -> Node:
    """The node with the leader of the requests queue, and of all that were declared with it."""
    return await asyncio.to_thread(cluster.leader_of, settings.requests_queue)


async def _kill(node: Node) -> None:
    node.kill()
    await asyncio.sleep(AWAY)
    await asyncio.to_thread(node.start)


async def _freeze(node: Node) -> None:
    node.pause()
    await asyncio.sleep(FROZEN)
    node.resume()
