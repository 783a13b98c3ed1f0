"""Doing what the schedule says, and undoing it: afterwards everything runs and every way is open again."""

import asyncio
import subprocess
from collections import defaultdict
from collections.abc import Callable, Sequence

from tests.chaos.environment import World
from tests.chaos.faults import targets
from tests.chaos.faults.schedule import EACH, Fault, Kind
from tests.chaos.faults.supervisor import Supervisor
from tests.chaos.observation.pauses import Spell
from voyage.devstack.rabbitmq import LEAST_SPACE
from voyage.devstack.server_process import Server

ALARMS = {
    Kind.ALARM: ("set_vm_memory_high_watermark", "0.0000001", "0.4"),
    Kind.DISK: ("set_disk_free_limit", "100000GB", f"{LEAST_SPACE}MB"),
}
"""What sets a limit, one that is broken already, and the usual one."""
CUTS = 3


class Faults:
    """Faults of one world; those of one turn wait for each other, others overlap."""

    def __init__(self, world: World, say: Callable[[str], None]) -> None:
        self._world = world
        self._say = say
        self._busy: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.supervisor = Supervisor(world.processes)
        self.spells: list[Spell] = []
        """The faults that have come and gone."""

    async def follow(self, schedule: Sequence[Fault]) -> None:
        """Return when every fault has come and gone."""
        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as faults:
            for fault in schedule:
                await asyncio.sleep(began + fault.at - asyncio.get_running_loop().time())
                faults.create_task(self._one(fault))

    async def _one(self, fault: Fault) -> None:
        clock = asyncio.get_running_loop().time
        async with self._busy[targets.turn(self._world, fault.target)]:
            self._say(str(fault))
            began = clock()
            if fault.target.endswith(" link"):
                await self._on_link(fault)
            elif fault.kind in ALARMS:
                await self._alarm(fault)
            elif fault.kind is Kind.CUT:
                await self._apart(fault)
            else:
                await self._on_processes(fault)
            self.spells.append(Spell(f"{fault.kind} {fault.target}", began, clock()))

    async def _on_processes(self, fault: Fault) -> None:
        hit = await targets.processes(self._world, fault.target, len(self.spells))
        with self.supervisor.leaving_alone(*hit):
            if fault.target == EACH:
                for process in hit.values():
                    await self._away(fault, [process])
            else:
                await self._away(fault, list(hit.values()))

    async def _away(self, fault: Fault, processes: Sequence[Server]) -> None:
        if fault.kind is Kind.FREEZE:
            for process in processes:
                process.pause()
            await asyncio.sleep(fault.seconds)
            for process in processes:
                process.resume()
            return
        ends = [process.kill if fault.kind is Kind.KILL else process.stop for process in processes]
        await asyncio.gather(*map(asyncio.to_thread, ends))
        await asyncio.sleep(fault.seconds)
        for process in processes:
            process.spawn()
        servers = [process for process in processes if process in self._world.servers]
        await asyncio.gather(*map(self.supervisor.until_ready, servers))

    async def _on_link(self, fault: Fault) -> None:
        proxy = self._world.proxies[fault.target.removesuffix(" link")]
        if fault.kind is Kind.STALL:
            proxy.stall()
            await asyncio.sleep(fault.seconds)
            proxy.flow()
            return
        for _ in range(CUTS):
            proxy.cut()
            await asyncio.sleep(fault.seconds / CUTS)

    async def _apart(self, fault: Fault) -> None:
        cluster = self._world.engines.cluster
        assert cluster, "only a cluster has ways between nodes"
        hit = await targets.processes(self._world, fault.target, len(self.spells))
        one, *others = [node for node in cluster.nodes if node.name.lower() in hit]
        others = others or [node for node in cluster.nodes if node is not one]
        await asyncio.to_thread(cluster.cut, one, *others)
        await asyncio.sleep(fault.seconds)
        await asyncio.to_thread(cluster.heal, one, *others)
        await asyncio.gather(*(asyncio.to_thread(node.wait) for node in cluster.nodes))

    async def _alarm(self, fault: Fault) -> None:
        limit, broken, usual = ALARMS[fault.kind]
        ctl = self._world.engines.nodes[fault.target].ctl
        for value in (broken, usual):
            try:
                await asyncio.to_thread(ctl, limit, value)
            except subprocess.CalledProcessError as refused:
                raise RuntimeError(f"rabbitmqctl: {refused.stderr}") from refused
            await asyncio.sleep(fault.seconds if value == broken else 0)
