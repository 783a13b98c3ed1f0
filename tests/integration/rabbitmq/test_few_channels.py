"""A RabbitMQ that permits few channels of a connection, as shared plans of hosted ones do."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from publisher import BrokerSettings
from publisher.amqp.connection import declare_topology, open_connection
from publisher.amqp.topology import declare, new_channel
from voyage import devstack

PERMITTED = 16


@pytest.fixture(scope="module")
def settings() -> Iterator[BrokerSettings]:
    with devstack.RabbitMq(config=[f"channel_max = {PERMITTED}"]) as broker:
        yield BrokerSettings.model_validate({"amqp_url": SecretStr(broker.url)})


async def test_one_connection_declares_again_and_again(settings: BrokerSettings) -> None:
    await declare_topology(settings)
    async with await open_connection(settings, "test") as connection:
        for _ in range(PERMITTED):
            await declare(connection, settings)
        assert not connection.is_closed


async def test_a_number_that_is_in_use_is_left_out(settings: BrokerSettings) -> None:
    await declare_topology(settings)
    async with await open_connection(settings, "test") as connection:
        lasting = await connection.channel()
        for _ in range(2 * PERMITTED):
            async with new_channel(connection):
                pass
        await lasting.get_queue(settings.requests_queue)
