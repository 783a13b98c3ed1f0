"""`python -m benchmarks`: compare the ways to book, in one run, in interleaved rounds."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import psutil
import typer
import uvloop

import devstack
from benchmarks import report, rounds, ways
from benchmarks.processes import Role, server


def main(
    *,
    rounds: Annotated[int, typer.Option(help="Rounds; each books with every way.", min=1)] = 5,
    bookings: Annotated[int, typer.Option(help="Bookings per way and round.", min=1)] = 300,
    in_flight: Annotated[int, typer.Option(help="Clients that book at the same time.", min=1)] = 30,
) -> None:
    """Measure, print the table, and write it to benchmarks/results/."""
    with devstack.stack() as servers:
        measured = uvloop.run(_measure(servers, rounds, bookings, in_flight))
    setup = (
        f"{rounds} interleaved rounds, {bookings} bookings per way, {in_flight} in flight; medians (min-max)."
    )
    print("\n" + report.write(measured, setup))


async def _measure(
    servers: devstack.Servers, count: int, bookings: int, in_flight: int
) -> list[rounds.Measurement]:
    # The HTTP way waits in threads: as many as there are clients, or it would be held back.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(in_flight))
    ourselves = Role(psutil.Process(), alone=True)
    shared = {"server": server("start-dev"), "broker": server("rabbit"), "client": ourselves}
    async with (
        ways.direct(servers) as a,
        ways.tutorial(servers) as b,
        ways.by_message(servers) as c,
        ways.by_message_to_one_process(servers) as d,
    ):
        return await rounds.run([a, b, c, d], shared, rounds=count, bookings=bookings, in_flight=in_flight)


if __name__ == "__main__":
    try:
        typer.run(main)
    except devstack.DevstackError as error:
        sys.exit(f"bench: {error}")
