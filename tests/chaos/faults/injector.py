"""Doing what the schedule says, and undoing it: afterwards everything runs and every way is open again."""

import asyncio
import subprocess
from collections import defaultdict
from collections.abc import Callable, Sequence

from tests.chaos.environment import World
from tests.chaos.faults.schedule import Fault, Kind
from tests.chaos.faults.supervisor import Supervisor
from voyage.devstack.server_process import Server

WATERMARK = "vm_memory_high_watermark"
NORMAL, NOTHING = "0.4", "0.0000001"
CUTS = 3


class Faults:
    """Faults of one world; those of one target wait for each other, those of different ones overlap."""

    def __init__(self, world: World, say: Callable[[str], None]) -> None:
        self._world = world
        self._say = say
        self._busy: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.supervisor = Supervisor(world.processes)
        self.done = 0

    async def follow(self, schedule: Sequence[Fault]) -> None:
        """Return when every fault has come and gone."""
        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as faults:
            for fault in schedule:
                await asyncio.sleep(began + fault.at - asyncio.get_running_loop().time())
                faults.create_task(self._one(fault))

    async def _one(self, fault: Fault) -> None:
        target = fault.target.removesuffix(" link")
        async with self._busy[fault.target]:
            self._say(str(fault))
            if fault.target != target:
                await self._on_link(fault, target)
            elif fault.kind is Kind.ALARM:
                await self._alarm(fault.seconds)
            else:
                with self.supervisor.leaving_alone(target):
                    await self._on_process(fault, self._world.processes[target])
            self.done += 1

    async def _on_process(self, fault: Fault, process: Server) -> None:
        if fault.kind is Kind.FREEZE:
            process.pause()
            await asyncio.sleep(fault.seconds)
            process.resume()
            return
        await asyncio.to_thread(process.kill if fault.kind is Kind.KILL else process.stop)
        await asyncio.sleep(fault.seconds)
        process.spawn()
        if process in self._world.servers:
            await asyncio.to_thread(process.wait)

    async def _on_link(self, fault: Fault, target: str) -> None:
        proxy = self._world.proxies[target]
        if fault.kind is Kind.STALL:
            proxy.stall()
            await asyncio.sleep(fault.seconds)
            proxy.flow()
            return
        for _ in range(CUTS):
            proxy.cut()
            await asyncio.sleep(fault.seconds / CUTS)

    async def _alarm(self, seconds: float) -> None:
        for fraction in (NOTHING, NORMAL):
            try:
                await asyncio.to_thread(self._world.rabbitmq.ctl, f"set_{WATERMARK}", fraction)
            except subprocess.CalledProcessError as refused:
                raise RuntimeError(f"rabbitmqctl: {refused.stderr}") from refused
            await asyncio.sleep(seconds if fraction == NOTHING else 0)
