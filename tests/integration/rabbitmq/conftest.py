"""A client with queues of its own, which are gone afterwards."""

from collections.abc import AsyncIterator

import pytest

from consumer.settings import ConsumerSettings
from publisher import Client
from tests.queues import delete_queues


@pytest.fixture
async def client(settings: ConsumerSettings) -> AsyncIterator[Client]:
    async with Client.connect(settings=settings) as client:
        yield client
    await delete_queues(settings)
