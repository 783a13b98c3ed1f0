"""A Temporal server that takes few signals for a workflow, so that few callers are many."""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from tests.acceptance.conftest import World, a_world
from tests.conftest import own_names
from voyage import devstack
from voyage.devstack.binaries import temporal_binary

LIMIT = 15


class FewSignals(devstack.Temporal):
    def command(self) -> Sequence[str | Path]:
        limit = f"history.maximumSignalsPerExecution={LIMIT}"
        return [*super().command(), "--dynamic-config-value", limit]


@pytest.fixture(scope="module")
def few_signals() -> Iterator[str]:
    """The address of such a server, which ends with the module."""
    with FewSignals(temporal_binary(print), durable=False) as server:
        yield server.address


@pytest.fixture
async def crowded(servers: devstack.Servers, few_signals: str) -> AsyncIterator[World]:
    """A world on such a server, in which nothing runs yet."""
    async with a_world(servers.amqp_url, few_signals, own_names()) as world:
        world.with_settings(health_port=0)
        yield world
