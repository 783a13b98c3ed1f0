"""What networks do to connections."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tests.chaos.proxy.protocols import Way
from tests.weather.scene import Scene

Does = Callable[[Scene], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def calm(_: Scene) -> AsyncIterator[None]:
    """Nothing happens."""
    yield


def cut(*links: str) -> Does:
    """Every connection is reset."""

    @asynccontextmanager
    async def fault(scene: Scene) -> AsyncIterator[None]:
        for link in links:
            scene.world.proxies[link].cut()
        yield

    return fault


def forgotten(link: str, *ways: Way) -> Does:
    """A firewall forgets the connections: what they say in these directions is lost; new ones work."""

    @asynccontextmanager
    async def fault(scene: Scene) -> AsyncIterator[None]:
        scene.world.proxies[link].forget(*ways)
        yield

    return fault


def silent(link: str) -> Does:
    """Nothing passes, on old and new connections, and nothing is closed; afterwards what was held arrives."""

    @asynccontextmanager
    async def fault(scene: Scene) -> AsyncIterator[None]:
        scene.world.proxies[link].stall()
        try:
            yield
        finally:
            scene.world.proxies[link].flow()

    return fault


def far(*links: str, delay: float) -> Does:
    """So many seconds each way, for new connections too."""

    @asynccontextmanager
    async def fault(scene: Scene) -> AsyncIterator[None]:
        for link in links:
            scene.world.proxies[link].link.delay = delay
        try:
            yield
        finally:
            for link in links:
                scene.world.proxies[link].link.delay = 0.0

    return fault


def narrow(*links: str, rate: float) -> Does:
    """So many bytes a second each way, for all connections of a link together."""

    @asynccontextmanager
    async def fault(scene: Scene) -> AsyncIterator[None]:
        for link in links:
            scene.world.proxies[link].link.rate = rate
        try:
            yield
        finally:
            for link in links:
                scene.world.proxies[link].link.rate = None

    return fault
