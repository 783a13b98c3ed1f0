"""Everything that a booking touches, as processes of one's own, and a proxy on each way between them."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from consumer.settings import ConsumerSettings
from examples.demo.supplier import ExampleSupplier
from publisher.amqp.connection import declare_topology
from saga.suppliers.supplier_settings import supplier_prefix
from tests.chaos.engines import Engines
from tests.chaos.processes import Command, Service
from tests.chaos.proxy.tcp_proxy import Proxy
from voyage.devstack.bring_up import sigterm_like_ctrl_c
from voyage.devstack.ports import HOST
from voyage.devstack.server_process import Server
from voyage.trips.loading import name_of

SLOW = 1.0  # seconds that a slow supplier takes
# Impatient, so that a run heals in seconds; undos have more tries than any outage lasts.
SETTINGS = ConsumerSettings(
    publish_timeout=10,
    drain_timeout=5,
    try_timeout=10,
    heartbeat_timeout=2,
    retry_interval=0.2,
    retry_interval_limit=2,
    undo_attempts=100,
    reconciliation_interval=5,
    probe_interval=0.5,
)
SHUTDOWN_GRACE = 5
ROOT = Path(__file__).parents[2]
GUEST = "guest"


@dataclass(frozen=True)
class World:
    """The processes, and the proxies between them; `settings` go through the proxies, `direct` do not."""

    engines: Engines
    supplier: ExampleSupplier
    services: list[Service]
    proxies: Mapping[str, Proxy]
    settings: ConsumerSettings
    direct: ConsumerSettings
    environment: Mapping[str, str]

    def service(self, command: Command) -> Service:
        """A process of ours, which is not started; the suppliers of its trip's legs are behind a proxy."""
        trip, proxy = command.trip or self.settings.trip, self.proxies["supplier"]
        urls = {
            f"{supplier_prefix(leg)}URL": f"http://{HOST}:{proxy.port}/{leg}" for leg in trip.declared_legs
        }
        return Service(command, {**self.environment, "VOYAGE_TRIP": name_of(trip), **urls})

    async def add(self, command: Command) -> Service:
        """Start one more process of ours; return when it is ready."""
        service = self.service(command)
        self.services.append(service)
        service.spawn()
        await until_ready([service])
        return service

    async def remove(self, service: Service) -> None:
        """Stop a process of ours for good, in order."""
        self.services.remove(service)
        await asyncio.to_thread(service.close)

    @property
    def servers(self) -> Sequence[Server]:
        """What our processes need to work."""
        return [*self.engines.servers, self.supplier]

    @property
    def watched(self) -> dict[str, Server]:
        """Those that must not grow; how much a cluster's servers hold is no business of ours."""
        of_clusters = self.engines.servers if self.engines.cluster else ()
        return {name: one for name, one in self.processes.items() if one not in of_clusters}

    @property
    def processes(self) -> dict[str, Server]:
        """Everything that can be killed, by name."""
        return {server.name.lower(): server for server in (*self.servers, *self.services)}


@asynccontextmanager
async def a_world(
    shape: Sequence[Command],
    settings: ConsumerSettings = SETTINGS,
    user: str = GUEST,
    *,
    slowness: float = SLOW,
    clusters: bool = False,
) -> AsyncIterator[World]:
    """Bring up everything, ready to book the settings' trip; end it all with the block.

    `user` is whom RabbitMQ knows our services as; it has all rights at first, and its name as password.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(sigterm_like_ctrl_c())
        engines, supplier = Engines.of_a_world(clusters=clusters), ExampleSupplier(slowness=slowness)
        stack.push_async_callback(_close, [engines, supplier])
        supplier.spawn()
        engines.spawn()
        ports = {**engines.ports, "supplier": supplier.port}
        proxies = {name: await stack.enter_async_context(Proxy(port)) for name, port in ports.items()}
        direct = settings.model_copy(update={"amqp_url": SecretStr(engines.rabbitmq.url)})
        proxied = engines.url({name: proxy.port for name, proxy in proxies.items()}, user)
        settings = settings.model_copy(update={"amqp_url": SecretStr(proxied)})
        environment = {
            **os.environ,
            **variables(settings),
            "PYTHONPATH": str(ROOT),
            "TEMPORAL_ADDRESS": f"{HOST}:{proxies['temporal'].port}",
            "VOYAGE_SHUTDOWN_GRACE": str(SHUTDOWN_GRACE),
        }
        world = World(engines, supplier, [], proxies, settings, direct, environment)
        services = world.services
        services += map(world.service, shape)
        await until_ready(world.servers)
        if user != GUEST:
            await asyncio.to_thread(engines.rabbitmq.ctl, "add_user", user, user)
            await asyncio.to_thread(engines.rabbitmq.ctl, "set_permissions", user, ".*", ".*", ".*")
        await declare_topology(direct)
        stack.push_async_callback(_close, services)
        for service in services:
            service.spawn()
        await until_ready(services)
        yield world


async def until_ready(servers: Sequence[Server]) -> None:
    """Return when all of these are ready; raises `StartError`."""
    await asyncio.gather(*(asyncio.to_thread(server.wait) for server in servers))


async def _close(servers: Sequence[Server | Engines]) -> None:
    """Close them while the proxies go on, or none could say goodbye to the others."""
    await asyncio.gather(*(asyncio.to_thread(server.close) for server in servers))


def variables(settings: ConsumerSettings) -> dict[str, str]:
    """The environment that gives a process these settings; what is not set is left out."""
    names = settings.model_dump(exclude={"amqp_url"}, exclude_none=True)  # a trip by its name
    own = {f"VOYAGE_{name.upper()}": str(value) for name, value in names.items()}
    return {**own, "AMQP_URL": settings.amqp_url.get_secret_value()}
