"""What machines and their keepers do to processes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.weather.faults.network import Does
from tests.weather.scene import Scene

BETWEEN = 0.5  # seconds from one signal to the next


def frozen(*names: str) -> Does:
    """These servers, or all of ours in this role, are stopped (SIGSTOP), and continue at the end."""

    @asynccontextmanager
    async def fault(scene: Scene) -> AsyncIterator[None]:
        processes = [scene.world.processes[own] for name in names for own in _meant(scene, name)]
        for process in processes:
            process.pause()
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    return fault


def told_to_stop_twice(role: str) -> Does:
    """One of these gets SIGTERM twice and is started again when it has ended."""

    @asynccontextmanager
    async def fault(scene: Scene) -> AsyncIterator[None]:
        name = scene.those(role)[0]
        process = scene.services[name]
        with scene.supervisor.leaving_alone(name):
            os.killpg(process.pid, signal.SIGTERM)
            await asyncio.sleep(BETWEEN)
            await asyncio.to_thread(process.stop)
            yield
            process.spawn()

    return fault


def _meant(scene: Scene, name: str) -> list[str]:
    return [name] if name in scene.world.processes else scene.those(name)
