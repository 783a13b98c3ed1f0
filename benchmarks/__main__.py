"""`python -m benchmarks`: compare the ways to book, in one run, in interleaved rounds."""

import asyncio
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import Annotated

import psutil
import typer
import uvloop

import devstack
from benchmarks import report, rounds
from benchmarks.processes import Role, server
from benchmarks.ways.table import OURS, PEERS, Row


def main(
    *,
    rounds: Annotated[int, typer.Option(help="Rounds; each books with every way.", min=1)] = 5,
    bookings: Annotated[int, typer.Option(help="Bookings per way and round.", min=1)] = 300,
    in_flight: Annotated[int, typer.Option(help="Clients that book at the same time.", min=1)] = 30,
    peers: Annotated[bool, typer.Option("--peers", help="With other software that does the same.")] = False,
) -> None:
    """Measure, print the table, and write it to benchmarks/results/."""
    with devstack.stack() as servers:
        rows = [*OURS.values(), *(PEERS.values() if peers else ())]
        measured = uvloop.run(_measure(servers, rows, rounds, bookings, in_flight))
    setup = (
        f"{rounds} interleaved rounds, {bookings} bookings per way, {in_flight} in flight; medians (min-max)."
    )
    print("\n" + report.write(measured, setup))


async def _measure(
    servers: devstack.Servers, rows: Iterable[Row], count: int, bookings: int, in_flight: int
) -> list[rounds.Measurement]:
    # The HTTP way waits in threads: as many as there are clients, or it would be held back.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(in_flight))
    ourselves = Role(psutil.Process(), alone=True)
    shared = {"server": server("start-dev"), "broker": server("rabbit"), "client": ourselves}
    async with AsyncExitStack() as stack:
        ways = [await stack.enter_async_context(row.opened(servers)) for row in rows]
        return await rounds.run(ways, shared, rounds=count, bookings=bookings, in_flight=in_flight)


if __name__ == "__main__":
    try:
        typer.run(main)
    except devstack.DevstackError as error:
        sys.exit(f"bench: {error}")
