"""Whom a fault is for, when its time has come, and whom it has to wait for."""

import asyncio
from contextlib import suppress

from tests.chaos.environment import World
from tests.chaos.faults.schedule import EACH, LEADER, TWO
from voyage.devstack.server_process import Server


async def processes(world: World, target: str, number: int) -> dict[str, Server]:
    """The processes of a target by their names; the number of faults so far chooses among two nodes."""
    names = list(world.engines.nodes)
    found = {
        EACH: names,
        TWO: [names[number % len(names)], names[(number + 1) % len(names)]],
        LEADER: [await _leader(world)] if target == LEADER else [],
    }
    everything = world.processes
    return {name: everything[name] for name in found.get(target, [target])}


def turn(world: World, target: str) -> str:
    """Faults of one turn wait for each other: of a cluster, only what is meant to is away together."""
    if target in {EACH, TWO, LEADER} or target in world.engines.nodes:
        return "rabbitmq"
    return target.rstrip("-0123456789") if target.startswith("temporal-") else target


async def _leader(world: World) -> str:
    cluster = world.engines.cluster
    assert cluster, "only a cluster has leaders"
    with suppress(StopIteration, KeyError, RuntimeError):  # there is none at this moment
        leader = await asyncio.to_thread(cluster.leader_of, world.settings.requests_queue)
        return leader.name.lower()
    return cluster.nodes[0].name.lower()
