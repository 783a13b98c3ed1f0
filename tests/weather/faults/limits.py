"""What a server allows, and to whom."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tests.poll import eventually
from tests.weather.faults.network import Does
from tests.weather.scene import USER, Scene
from voyage.devstack import Temporal
from voyage.devstack.ports import HOST, listening

UP_WITHIN = 60.0  # seconds that Temporal may take for a restart
ALL, NONE = ".*", ""


def requests_a_second(most: int) -> Does:
    """Temporal restarts, and takes so many from the namespace; at the end it restarts without that limit."""

    @asynccontextmanager
    async def fault(scene: Scene) -> AsyncIterator[None]:
        with scene.supervisor.leaving_alone("temporal"):
            await _restart(scene, {"frontend.namespaceRPS": str(most)})
            try:
                yield
            finally:
                await _restart(scene, {})

    return fault


async def _restart(scene: Scene, config: Mapping[str, str]) -> None:
    """Return when it listens: a client of ours would take from the limit."""
    temporal = scene.world.engines.temporal
    assert isinstance(temporal, Temporal)
    temporal.config = config
    await asyncio.to_thread(temporal.stop)
    temporal.spawn()
    await eventually(
        "Temporal to listen", lambda: asyncio.to_thread(listening, HOST, temporal.port), UP_WITHIN
    )


def rights(*, configure: str = ALL, write: str = ALL, read: str = ALL, then_cut: bool = False) -> Does:
    """Our services' user has only these rights, as RabbitMQ's patterns; at the end it has all again.

    RabbitMQ asks for the right to read when a consumer subscribes, so then it takes new connections.
    """

    @asynccontextmanager
    async def fault(scene: Scene) -> AsyncIterator[None]:
        await _permit(scene, configure, write, read)
        if then_cut:
            scene.world.proxies["rabbitmq"].cut()
        try:
            yield
        finally:
            await _permit(scene, ALL, ALL, ALL)

    return fault


async def _permit(scene: Scene, *patterns: str) -> None:
    await asyncio.to_thread(scene.world.engines.rabbitmq.ctl, "set_permissions", USER, *patterns)
