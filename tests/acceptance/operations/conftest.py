"""A broker of the tests' own that can be managed: users and their rights, policies, queues that vanish."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from aio_pika.abc import AbstractChannel

from tests.acceptance.conftest import World, a_world
from tests.acceptance.watching import Watched
from tests.conftest import own_names
from tests.poll import eventually
from tests.rabbitmq import connect
from voyage import devstack

EVERYTHING, NOTHING = ".*", "^$"
_VHOST = "%2F"


@dataclass
class Managed:
    """A world over the managed broker, as whose user its processes may do what the test says."""

    node: devstack.RabbitMq
    world: World
    user: str

    async def manage(self, method: str, path: str, body: object = None) -> httpx.Response:
        """An order to RabbitMQ's management API, as its administrator."""
        async with httpx.AsyncClient(auth=("guest", "guest"), timeout=20) as client:
            answer = await client.request(method, f"{self.management_url}/api/{path}", json=body)
            return answer.raise_for_status()

    @property
    def management_url(self) -> str:
        return f"http://127.0.0.1:{self.node.ui_port}"

    @property
    def administered(self) -> str:
        """The management API with the administrator's password, as a setting."""
        return self.management_url.replace("//", "//guest:guest@")

    async def may(
        self, *, configure: str = EVERYTHING, write: str = EVERYTHING, read: str = EVERYTHING
    ) -> None:
        """From now on, our processes may do no more than this."""
        rights = {"configure": configure, "write": write, "read": read}
        await self.manage("PUT", f"permissions/{_VHOST}/{self.user}", rights)

    async def policy(self, queue: str, *, operator: bool = False, **definition: Any) -> None:
        """From now on, this holds for one queue; `max_length=1` is RabbitMQ's `max-length`."""
        kind = "operator-policies" if operator else "policies"
        wanted = {key.replace("_", "-"): value for key, value in definition.items()}
        pattern = f"^{queue.replace('.', '[.]')}$"
        body = {"pattern": pattern, "definition": wanted, "apply-to": "queues"}
        await self.manage("PUT", f"{kind}/{_VHOST}/{quote(queue)}", body)

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[AbstractChannel]:
        """A channel of the administrator's."""
        async with await connect(self.node.url) as connection:
            yield await connection.channel()

    async def close_connections(self) -> None:
        """Close those of our processes, as soon as the management API shows them."""

        async def closed() -> bool:
            connections = (await self.manage("GET", "connections")).json()
            ours = [one["name"] for one in connections if one.get("user") == self.user]
            for name in ours:
                await self.manage("DELETE", f"connections/{quote(name, safe='')}")
            return bool(ours)

        await eventually("the management API to show and close connections", closed)

    async def delete(self, *queues: str) -> None:
        async with self.channel() as channel:
            for queue in queues:
                await channel.queue_delete(queue)

    async def consumer(self) -> Watched:
        """A consumer, ready."""
        watched = await Watched.of(await self.world.consumer())
        await watched.until_ready()
        return watched


@pytest.fixture(scope="session")
def managed_node() -> Iterator[devstack.RabbitMq]:
    with devstack.RabbitMq(ui=True) as node:
        yield node


@pytest.fixture
async def managed(managed_node: devstack.RabbitMq, servers: devstack.Servers) -> AsyncIterator[Managed]:
    """A world that looks at itself five times a second, with a user of its own who may do everything."""
    user = f"user-{uuid4().hex[:8]}"
    async with a_world(managed_node.url, servers.temporal_address, own_names()) as world:
        world.with_settings(health_port=0, health_check_interval=0.2, recover_after=1.0)
        managed = Managed(managed_node, world, user)
        await managed.manage("PUT", f"users/{user}", {"password": user, "tags": ""})
        await managed.may()
        world.extra = {"AMQP_URL": managed_node.url.replace("guest:guest", f"{user}:{user}")}
        try:
            yield managed
        finally:
            await managed.manage("DELETE", f"users/{user}")
