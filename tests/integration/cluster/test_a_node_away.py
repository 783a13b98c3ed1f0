"""A cluster of three RabbitMQ nodes, of which one is killed: what publishes goes on by the others."""

import asyncio

import pytest
from aio_pika import Message
from pydantic import SecretStr

from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import declare_topology
from tests.conftest import own_names
from voyage.devstack.rabbitmq_cluster import Node, RabbitMqCluster

pytestmark = pytest.mark.thorough

PUBLISHERS = 20  # about half of them publish before there is another leader
EVERY = 0.02  # seconds between two of them
WITHIN = 15.0  # seconds, half of what a publish may take


@pytest.fixture
def names(cluster: RabbitMqCluster) -> ConsumerSettings:
    return own_names().model_copy(update={"amqp_url": SecretStr(cluster.url)})


def at(node: Node, names: ConsumerSettings) -> ConsumerSettings:
    return names.model_copy(update={"amqp_url": SecretStr(node.url)})


async def test_a_channel_that_is_nacked_while_a_leader_is_chosen_is_exchanged(
    cluster: RabbitMqCluster, names: ConsumerSettings
) -> None:
    await declare_topology(names)
    leader = await asyncio.to_thread(cluster.leader_of, names.results_queue)
    other = next(node for node in cluster.nodes if node is not leader)
    publishers = [await ConfirmedPublisher.connect(at(other, names), "test") for _ in range(PUBLISHERS)]
    leader.kill()

    async def publish(number: int, publisher: ConfirmedPublisher) -> None:
        await asyncio.sleep(number * EVERY)
        await publisher.publish(Message(b"x"), names.results_queue)

    try:
        async with asyncio.timeout(WITHIN):
            await asyncio.gather(*(publish(*numbered) for numbered in enumerate(publishers)))
    finally:
        await asyncio.gather(*(one.connection.close() for one in publishers))
        await asyncio.to_thread(leader.start)
