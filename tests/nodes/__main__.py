"""`python -m tests.nodes [WORDS]`: each fault, or those with these words, and how late answers were.

`TICKTIME=5` is the `net_ticktime` of the nodes: the sooner a frozen one is known, the sooner others go on.
"""

import asyncio
import os
import sys
import time
from contextlib import suppress
from statistics import quantiles

from tests.acceptance.conftest import World, a_world
from tests.conftest import own_names
from tests.nodes.client import Client
from tests.nodes.faults import FAULTS, Fault, leader_of
from tests.poll import eventually
from voyage.devstack.bring_up import sigterm_like_ctrl_c
from voyage.devstack.rabbitmq_cluster import TICKTIME, RabbitMqCluster
from voyage.devstack.temporal_release import temporal_of_choice

RATE = 5.0  # bookings a second
BEFORE, AFTER = 10.0, 20.0  # seconds of load around a fault
WAIT = 180.0
HEAD = "| fault | bookings | p50 | p99 | latest answer | lost | wrong | twice |\n" + "|---" * 8 + "|"


async def measure(name: str, fault: Fault, cluster: RabbitMqCluster, temporal: str) -> str:
    """One row: lateness from the first sending of the requests that were sent during the fault."""
    async with a_world(cluster.url, temporal, own_names()) as world:
        await world.prepare()
        for _ in range(2):
            await asyncio.gather(world.consumer(), world.worker())
        client = Client([node.url for node in cluster.nodes], world.settings, RATE)
        stop = asyncio.Event()
        receiving, sending = asyncio.create_task(client.receive()), asyncio.create_task(client.send(stop))
        leader = await leader_of(cluster, world.settings)
        await asyncio.sleep(BEFORE)
        began = time.monotonic()
        await fault(cluster, leader)
        ended = time.monotonic()
        await asyncio.sleep(AFTER)
        stop.set()
        await sending
        with suppress(AssertionError):
            await eventually("every answer", lambda: client.sent.keys() <= client.answers.keys(), WAIT)
        receiving.cancel()
        return _row(name, client, began, ended, world)


def _row(name: str, client: Client, began: float, ended: float, world: World) -> str:
    during = {one: at for one, at in client.sent.items() if began - 1 <= at <= ended}
    late = [client.answers[one][0][0] - at for one, at in during.items() if client.answers[one]]
    wrong = sum(answer != "booked" for answers in client.answers.values() for _, answer in answers)
    lost = sum(not client.answers[one] for one in client.sent)
    twice = sum(len(answers) > 1 for answers in client.answers.values())
    percentiles = quantiles(late, n=100)
    ended_by_themselves = sum(service.process.returncode is not None for service in world.services)
    note = f" ({ended_by_themselves} processes ended)" if ended_by_themselves else ""
    seconds = " | ".join(f"{at:.1f} s" for at in (percentiles[49], percentiles[98], max(late)))
    return f"| {name}{note} | {len(during)} | {seconds} | {lost} | {wrong} | {twice} |"


async def _all(word: str, cluster: RabbitMqCluster, temporal: str) -> None:
    print(HEAD, flush=True)
    for name, fault in FAULTS.items():
        if word in name:
            print(await measure(name, fault, cluster, temporal), flush=True)


def main() -> None:
    """Bring up three nodes and a Temporal server, and measure."""
    nodes = RabbitMqCluster(int(os.environ.get("TICKTIME", TICKTIME)))
    with sigterm_like_ctrl_c(), nodes as cluster, temporal_of_choice(print) as temporal:
        asyncio.run(_all(" ".join(sys.argv[1:]), cluster, temporal.address))


if __name__ == "__main__":
    main()
