"""One run: every way is set up, each load is put on each, and each measurement is printed as it is made."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

import psutil

from benchmarks import rounds
from benchmarks.measuring import Measurement
from benchmarks.processes import Role, server
from benchmarks.rounds import Plan
from benchmarks.ways.table import Row
from benchmarks.ways.way import Way
from voyage import devstack

THREADS = 500  # the HTTP way waits in threads; too few would hold an open load back

Place = Callable[[Mapping[str, Role], Sequence[Way]], None]
"""Called once all processes are there, with the servers and the client by name, and the ways."""


async def measured(
    servers: devstack.Servers, rows: Iterable[Row], plan: Plan, place: Place = lambda _servers, _ways: None
) -> list[Measurement]:
    """Set the ways up, put their processes in their places, and measure them."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    ourselves = Role(psutil.Process(), alone=True)
    shared = {"server": server("start-dev"), "broker": server("rabbit"), "client": ourselves}
    made = []
    async with AsyncExitStack() as stack:
        ways = [await stack.enter_async_context(row.opened(servers)) for row in rows]
        place(shared, ways)
        async for one in rounds.run(ways, shared, plan):
            made.append(one)
            print(
                f"round {one.round + 1}: {one.load:6} {one.way:9} {one.per_second:6.1f} bookings/s, "
                + ", ".join(f"{name} {ms:.0f} ms" for name, ms in one.latency_ms.items()),
                flush=True,
            )
    return made
