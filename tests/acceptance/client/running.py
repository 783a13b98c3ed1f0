"""The example applications as processes, and a way to RabbitMQ of their own that can be cut."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from tests.acceptance.conftest import World
from tests.acceptance.services import Service, Services
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.poll import eventually
from voyage.devstack.ports import HOST, free_port, listening

STOPS_WITHIN = 10.0  # seconds; 5 where nothing else runs


@dataclass
class Shop:
    """Where example applications run, and the world in which their trips are booked."""

    services: Services
    proxy: Proxy
    world: World

    async def served(self, *command: str) -> httpx.AsyncClient:
        """A web application, started by `python -m` with a port of its own, and a browser for it."""
        port = free_port()
        await self.services.run(*(word.replace("PORT", str(port)) for word in command))
        await eventually("the application to listen", lambda: listening(HOST, port))
        return httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=60)

    @property
    def last(self) -> Service:
        """What was started last."""
        return self.services.services[-1]

    async def stops(self, service: Service | None = None) -> None:
        """It does, in time, when it is told to."""
        began = time.monotonic()
        await (service or self.last).end()
        assert time.monotonic() - began < STOPS_WITHIN, self.last.log[-10:]


@asynccontextmanager
async def a_shop(world: World) -> AsyncIterator[Shop]:
    async with Proxy(world.settings.url.port or 0) as proxy:
        through = world.settings.url.with_host(HOST).with_port(proxy.port)
        settings = world.settings.model_copy(update={"amqp_url": SecretStr(str(through))})
        services = Services(settings, world.temporal_address)
        try:
            yield Shop(services, proxy, world)
        finally:
            for service in services.services:
                if service.process.returncode is None:
                    service.process.kill()
                    await service.process.wait()
