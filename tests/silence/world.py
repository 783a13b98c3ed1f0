"""Consumer, worker and client, each with a proxy of its own before each server that it uses."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from aio_pika import connect
from pydantic import SecretStr
from yarl import URL

from consumer.settings import ConsumerSettings
from publisher import Client
from publisher.amqp.connection import connected, declare_topology
from publisher.amqp.topology import queues
from tests.acceptance.services import Services
from tests.acceptance.watching import Watched
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.conftest import own_names
from tests.poll import eventually
from voyage.devstack.ports import HOST


class Link(StrEnum):
    """A connection that can go silent: whose, and to which server."""

    CONSUMER_TO_RABBITMQ = "consumer → RabbitMQ"
    CONSUMER_TO_TEMPORAL = "consumer → Temporal"
    WORKER_TO_TEMPORAL = "worker → Temporal"
    CLIENT_TO_RABBITMQ = "client → RabbitMQ"


@dataclass(frozen=True)
class World:
    """The processes, the client and the proxies between them and the servers."""

    settings: ConsumerSettings
    """Of the processes, but for `amqp_url`, which is RabbitMQ itself."""
    watched: Mapping[str, Watched]
    proxies: Mapping[Link, Proxy]
    client: Client

    def watched_at(self, link: Link) -> Watched | None:
        """The process at this end of a link; None for the client, which has no health."""
        return self.watched.get(link.partition(" ")[0])

    @property
    def ended(self) -> list[str]:
        """The processes that have ended."""
        return [name for name, one in self.watched.items() if one.service.process.returncode is not None]

    @property
    def silence(self) -> float:
        """Seconds after which a connection counts as lost."""
        return self.settings.silence_timeout

    async def until_ready(self, within: float = 90.0) -> None:
        """Return when both processes are ready."""
        await asyncio.gather(*(one.until_ready(within) for one in self.watched.values()))

    async def settle(self) -> None:
        """Return when both are ready and answer at once: nothing of the last silence is left.

        A queue that keeps a second consumer has one that nobody knows of, and that may swallow messages.
        """

        async def quick() -> bool:
            began = asyncio.get_running_loop().time()
            await self.client.status("nobody", timeout=self.silence * 3)
            return asyncio.get_running_loop().time() - began < 1

        await self.until_ready()
        await eventually("quick answers again", quick, self.silence * 4)
        await eventually("one consumer for each queue", self._has_one_consumer_each, self.silence * 4)

    async def _has_one_consumer_each(self) -> bool:
        async with connected(self.settings) as connection, connection.channel() as channel:
            found = [
                await channel.declare_queue(queue, passive=True) for queue in self.settings.consumed_queues
            ]
        return all(one.declaration_result.consumer_count == 1 for one in found)


@asynccontextmanager
async def a_world(amqp_url: str, temporal_address: str, silence: float) -> AsyncIterator[World]:
    """Bring up both processes and a client behind their proxies; queues of their own."""
    servers = {"RabbitMQ": URL(amqp_url).port or 0, "Temporal": int(temporal_address.rpartition(":")[2])}
    async with AsyncExitStack() as stack:
        proxies = {
            link: await stack.enter_async_context(Proxy(servers[link.rpartition(" ")[2]])) for link in Link
        }

        def by(link: Link) -> str:
            return str(URL(amqp_url).with_host(HOST).with_port(proxies[link].port))

        settings = own_names().model_copy(
            update={
                "amqp_url": SecretStr(amqp_url),
                "silence_timeout": silence,
                "health_port": 0,
                "health_check_interval": 1.0,
                "recover_after": 2.0,
                "heartbeat_timeout": 5.0,
            }
        )
        await declare_topology(settings)
        services = Services(settings, temporal_address)
        stack.push_async_callback(_end, services, settings, amqp_url)
        services.extra = {
            "AMQP_URL": by(Link.CONSUMER_TO_RABBITMQ),
            "TEMPORAL_ADDRESS": f"{HOST}:{proxies[Link.CONSUMER_TO_TEMPORAL].port}",
        }
        consumer = await services.run("consumer")
        services.extra = {"TEMPORAL_ADDRESS": f"{HOST}:{proxies[Link.WORKER_TO_TEMPORAL].port}"}
        worker = await services.run("saga")
        watched = {"consumer": await Watched.of(consumer), "worker": await Watched.of(worker)}
        mine = settings.model_copy(update={"amqp_url": SecretStr(by(Link.CLIENT_TO_RABBITMQ))})
        client = await stack.enter_async_context(await Client.connect(settings=mine))
        world = World(settings, watched, proxies, client)
        await world.until_ready()
        yield world


async def _end(services: Services, settings: ConsumerSettings, amqp_url: str) -> None:
    await asyncio.gather(*(service.end() for service in services.services))
    async with await connect(amqp_url) as connection:
        channel = await connection.channel()
        for queue in queues(settings):
            await channel.queue_delete(queue.name)
