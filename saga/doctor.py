"""`voyage-worker doctor`: whether everything is there that the worker needs, and what to do if not."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated

import typer
from temporalio.client import Client

from saga import temporal_checks
from saga.clock import clock
from saga.finding import Finding, State, answered, report
from saga.settings import WorkerSettings, load
from saga.temporal_checks import KINDS, pollers

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


def command(*, as_json: AsJson = False) -> None:
    """Ask Temporal whether bookings can be made; exit code 1 for a requirement that is not met."""
    raise typer.Exit(report(asyncio.run(examine(load(WorkerSettings))), as_json=as_json))


async def examine(settings: WorkerSettings) -> list[Finding]:
    """Every check, in the order in which they should be mended."""
    reachable, client = await temporal_checks.reachable()
    if client is None:
        return [reachable]
    namespace = await answered(temporal_checks.namespace, "namespace", client)
    if namespace.state is not State.OK:
        return [reachable, namespace]
    asked = (answered(clock, "clock", client), *polled(client, settings.task_queue, "voyage-worker"))
    return [reachable, namespace, *await asyncio.gather(*asked)]


def polled(client: Client, task_queue: str, start: str) -> tuple[Awaitable[Finding], ...]:
    """Whether both kinds of tasks of this task queue are polled for; `start` is what to run if not."""
    return tuple(
        answered(pollers, f"{word} pollers of {task_queue}", client, task_queue, kind, start)
        for kind, word in KINDS.items()
    )
