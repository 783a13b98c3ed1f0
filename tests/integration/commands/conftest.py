"""The environment that gives a command the names of one test, whose queues go with it."""

from collections.abc import AsyncIterator, Mapping

import pytest

from consumer.settings import ConsumerSettings
from tests.chaos.environment import variables
from tests.queues import delete_queues


@pytest.fixture
async def environment(settings: ConsumerSettings) -> AsyncIterator[Mapping[str, str]]:
    yield variables(settings)
    await delete_queues(settings)
