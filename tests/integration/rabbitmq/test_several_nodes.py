"""AMQP_URL with several nodes: one that refuses, falls silent or goes away costs a moment, and no wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from aio_pika import Message
from pydantic import SecretStr

from consumer.diagnostics import broker_checks
from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import connected, declare_topology
from publisher.errors import BrokerUnreachableError
from tests.chaos.proxy.tcp_proxy import Proxy
from voyage.devstack.ports import HOST
from voyage.runtime.check_results import CheckState

TRIES = 6  # a connection begins at a node by chance


class Nodes:
    """Two ways to one RabbitMQ, which to a client are two nodes of a cluster."""

    def __init__(self, settings: ConsumerSettings, *proxies: Proxy) -> None:
        self.proxies = proxies
        hosts = ",".join(f"{HOST}:{proxy.port}" for proxy in proxies)
        there = str(settings.url).replace(settings.url.authority, f"guest:guest@{hosts}")
        self.settings = settings.model_copy(update={"amqp_url": SecretStr(there)})


@pytest.fixture
async def nodes(settings: ConsumerSettings) -> AsyncIterator[Nodes]:
    async with AsyncExitStack() as stack:
        proxies = [await stack.enter_async_context(Proxy(settings.url.port or 5672)) for _ in range(2)]
        yield Nodes(settings, *proxies)


@pytest.mark.parametrize("number", [0, 1])
async def test_a_node_that_refuses_is_passed_over(nodes: Nodes, number: int) -> None:
    await nodes.proxies[number].shut()
    for _ in range(TRIES):
        async with asyncio.timeout(5), connected(nodes.settings):
            pass


async def test_a_node_that_is_silent_is_passed_over(nodes: Nodes) -> None:
    nodes.proxies[0].stall()
    async with asyncio.timeout(30):
        for _ in range(3):
            async with connected(nodes.settings):
                pass
    nodes.proxies[0].flow()


async def test_with_no_node_the_error_names_each(nodes: Nodes) -> None:
    for proxy in nodes.proxies:
        await proxy.shut()
    with pytest.raises(BrokerUnreachableError) as away:
        async with connected(nodes.settings):
            pass
    assert all(f"{HOST}:{proxy.port}" in str(away.value) for proxy in nodes.proxies)


async def test_a_publisher_whose_node_goes_away_publishes_to_the_other(nodes: Nodes) -> None:
    await declare_topology(nodes.settings)
    publisher = await ConfirmedPublisher.connect(nodes.settings, "test")
    try:
        for proxy in nodes.proxies:
            await proxy.shut()
            await publisher.publish(Message(b"x"), nodes.settings.results_queue)
            await proxy.open()
    finally:
        await publisher.connection.close()


async def test_doctor_reports_each_node(nodes: Nodes) -> None:
    away, there = nodes.proxies
    await away.shut()
    found = {one.name: one.state for one in await broker_checks.run_checks(nodes.settings)}

    assert found["RabbitMQ"] is CheckState.OK
    assert found[f"node {HOST}:{away.port}"] is CheckState.FAILED
    assert found[f"node {HOST}:{there.port}"] is CheckState.OK
