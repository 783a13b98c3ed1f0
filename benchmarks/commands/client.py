"""`client`: calls of the Python client, async and blocking, beside those of an earlier commit.

They take turns, so that a machine that is slow for a while is slow for all of them.
"""

import asyncio
import json
import os
import statistics
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated, cast

import typer

from benchmarks.client import calls as calling
from benchmarks.measurement.processes import service
from benchmarks.report.figures import spread
from benchmarks.scenarios.earlier import FIRST_COMMIT, code_of
from benchmarks.scenarios.queues import own_queues
from voyage import devstack

WARM_UP = 500  # calls
Figures = Mapping[str, float]
Turn = Callable[[int], Awaitable[Figures]]


def client(
    commit: Annotated[str, typer.Option(help="The earlier commit.")] = FIRST_COMMIT,
    calls: Annotated[int, typer.Option(help="Calls of each kind in all.", min=1000)] = 20_000,
    turns: Annotated[int, typer.Option(help="Turns in which they are made.", min=3)] = 20,
) -> None:
    """Compare calls a second, CPU and memory of the client, async and blocking, with an earlier commit."""
    with devstack.stack() as servers:
        asyncio.run(_compare(servers, commit, calls // turns, turns))


async def _compare(servers: devstack.Servers, commit: str, calls: int, turns: int) -> None:
    async with AsyncExitStack() as stack:
        environment = await stack.enter_async_context(own_queues(servers))
        answering = service(["-m", "benchmarks.client.answering"], environment, "answering")
        await stack.enter_async_context(answering)
        earlier = {
            **environment,
            "PYTHONPATH": str(stack.enter_context(code_of(commit))),
            "PYTHONSAFEPATH": "1",
        }
        callers = {
            f"async at {commit}": await stack.enter_async_context(_caller("async", earlier)),
            "async": await stack.enter_async_context(_caller("async", environment)),
            "blocking": await stack.enter_async_context(_caller("blocking", environment)),
        }
        for turn in callers.values():
            await turn(WARM_UP)
        taken: dict[str, list[Figures]] = {name: [] for name in callers}
        for _ in range(turns):
            for name, turn in callers.items():
                taken[name].append(await turn(calls))
    before = taken[f"async at {commit}"]
    for name, figures in taken.items():
        print(_told(name, calls, figures, before))


def _told(name: str, calls: int, figures: list[Figures], before: list[Figures]) -> str:
    rate = statistics.median(calls / one["seconds"] for one in figures)
    cpu = statistics.median(one["cpu"] * 1000 / calls for one in figures)
    rates = [old["seconds"] / new["seconds"] for old, new in zip(before, figures, strict=True)]
    cpus = [new["cpu"] / old["cpu"] for old, new in zip(before, figures, strict=True)]
    return (
        f"{name}: {rate:.0f} calls/s, {cpu:.2f} ms of CPU per call; ratios {spread(rates, 2)}, "
        f"{spread(cpus, 2)}; {figures[0]['mib']:.1f} MiB at first, {figures[-1]['mib']:.1f} at last"
    )


@asynccontextmanager
async def _caller(kind: str, environment: Mapping[str, str]) -> AsyncIterator[Turn]:
    """A process that makes calls when it is told to; it ends with the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(Path(calling.__file__)), kind),
        env={**os.environ, **environment},
        stdin=PIPE,
        stdout=PIPE,
    )
    asked, answered = cast("StreamWriter", process.stdin), cast("StreamReader", process.stdout)

    async def turn(calls: int) -> Figures:
        asked.write(f"{calls}\n".encode())
        figures: Figures = json.loads(await answered.readline())
        return figures

    try:
        yield turn
    finally:
        asked.close()
        await process.wait()
