"""`python -m benchmarks`: compare the ways to book, in one run, in interleaved rounds."""

import asyncio
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Annotated

import psutil
import typer
import uvloop

import devstack
from benchmarks import page, results, rounds
from benchmarks.measuring import Measurement
from benchmarks.processes import Role, server
from benchmarks.rounds import Plan
from benchmarks.ways.table import FIRST, LIGHT, OURS, PEERS, Row

THREADS = 500  # the HTTP way waits in threads; too few would hold an open load back


def main(  # noqa: PLR0913
    *,
    rounds: Annotated[int, typer.Option(help="Rounds; each books with every way.", min=1)] = 5,
    bookings: Annotated[int, typer.Option(help="Closed load: bookings per way and round.", min=1)] = 150,
    in_flight: Annotated[int, typer.Option(help="Closed load: clients at the same time.", min=1)] = 30,
    rate: Annotated[float, typer.Option(help="Open load: bookings a second; 0 for none.", min=0)] = 10.0,
    seconds: Annotated[float, typer.Option(help="Open load: how long, per way and round.", min=1)] = 4.0,
    singles: Annotated[int, typer.Option(help="Light load: bookings one at a time; 0 for none.", min=0)] = 16,
    first: Annotated[bool, typer.Option("--first", help="With this repository's first version.")] = False,
    peers: Annotated[bool, typer.Option("--peers", help="With other software that does the same.")] = False,
) -> None:
    """Measure, and write figures, pictures and page."""
    plan = Plan(rounds, bookings, in_flight, rate, seconds, singles, LIGHT)
    with devstack.stack() as servers:
        rows = [*OURS.values(), *(FIRST.values() if first else ()), *(PEERS.values() if peers else ())]
        measured = uvloop.run(_measure(servers, rows, plan))
    options = {name: value for name, value in asdict(plan).items() if name != "light"}
    asked = [option for option, wanted in (("--first", first), ("--peers", peers)) if wanted]
    command = " ".join(["python -m benchmarks", *asked])
    results.save("bookings", command, options, {"measured": [asdict(one) for one in measured]})
    page.write()


async def _measure(servers: devstack.Servers, rows: Iterable[Row], plan: Plan) -> list[Measurement]:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    ourselves = Role(psutil.Process(), alone=True)
    shared = {"server": server("start-dev"), "broker": server("rabbit"), "client": ourselves}
    measured = []
    async with AsyncExitStack() as stack:
        ways = [await stack.enter_async_context(row.opened(servers)) for row in rows]
        async for one in rounds.run(ways, shared, plan):
            measured.append(one)
            print(
                f"round {one.round + 1}: {one.load:6} {one.way:9} {one.per_second:6.1f} bookings/s, "
                + ", ".join(f"{name} {ms:.0f} ms" for name, ms in one.latency_ms.items()),
                flush=True,
            )
    return measured


if __name__ == "__main__":
    try:
        typer.run(main)
    except devstack.DevstackError as error:
        sys.exit(f"bench: {error}")
