"""A node of three is frozen: who works by the others goes on, and who was connected to it goes to them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import pytest
from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage
from pydantic import SecretStr

from consumer.amqp.subscription import Subscription
from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import declare_topology, open_connection
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.conftest import own_names
from tests.poll import eventually
from voyage.devstack.ports import HOST
from voyage.devstack.rabbitmq_cluster import Node, RabbitMqCluster

pytestmark = pytest.mark.thorough

WITHIN = 20.0  # seconds; a frozen node counts as gone after about a minute
CONSUMERS = 4  # of queues that answer; some would come behind the one that doesn't


def at(names: ConsumerSettings, *nodes: Node | Proxy) -> ConsumerSettings:
    hosts = ",".join(f"{HOST}:{node.port}" for node in nodes)
    return names.model_copy(update={"amqp_url": SecretStr(f"amqp://guest:guest@{hosts}/")})


@contextmanager
def frozen(node: Node) -> Iterator[None]:
    node.pause()
    try:
        yield
    finally:
        node.resume()


@asynccontextmanager
async def a_publisher(settings: ConsumerSettings) -> AsyncIterator[ConfirmedPublisher]:
    publisher = await ConfirmedPublisher.connect(settings, "test")
    try:
        yield publisher
    finally:
        await publisher.connection.close()


@pytest.fixture
async def led(cluster: RabbitMqCluster) -> tuple[ConsumerSettings, Node, list[Node]]:
    """Queues, the node with their leaders, and the other nodes."""
    leader, *others = cluster.nodes
    names = own_names()
    await declare_topology(at(names, leader))
    return names, leader, others


async def test_a_publisher_goes_on_at_another_node(led: tuple[ConsumerSettings, Node, list[Node]]) -> None:
    names, leader, others = led
    frozen_node = others[0]
    async with AsyncExitStack() as stack:
        publishers = [
            await stack.enter_async_context(a_publisher(at(names, frozen_node, leader))) for _ in range(6)
        ]
        with frozen(frozen_node):
            publishing = (one.publish(Message(b"1"), names.results_queue) for one in publishers)
            await asyncio.wait_for(asyncio.gather(*publishing), WITHIN)


async def test_a_queue_that_does_not_answer_holds_up_no_other(
    led: tuple[ConsumerSettings, Node, list[Node]],
) -> None:
    names, leader, (other, _) = led
    answering = [own_names() for _ in range(CONSUMERS)]
    for own in answering:
        await declare_topology(at(own, other))
    came = set[str]()

    async def take(message: AbstractIncomingMessage) -> None:
        came.add(message.body.decode())
        await message.ack()

    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(Proxy(other.port))
        connection = await open_connection(at(names, proxy), "test")
        await stack.enter_async_context(connection)
        for own in (names, *answering):
            subscription = await Subscription.open(connection, own.requests_queue, 10)
            await subscription.start(take)
        publisher = await stack.enter_async_context(a_publisher(at(names, other)))
        stack.enter_context(frozen(leader))
        proxy.cut()
        for own in answering:
            await publisher.publish(Message(own.requests_queue.encode()), own.requests_queue)
        await eventually("all messages", lambda: len(came) == CONSUMERS, WITHIN)
