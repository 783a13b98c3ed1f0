"""`voyage-worker doctor`: whether everything is there that the worker needs, and what to do if not."""

import asyncio
from typing import Annotated

import typer

from saga import temporal_checks
from saga.finding import Finding, report
from saga.settings import WorkerSettings, load

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


def command(*, as_json: AsJson = False) -> None:
    """Ask Temporal whether bookings can be made; exit code 1 for a requirement that is not met."""
    raise typer.Exit(report(asyncio.run(examine(load(WorkerSettings))), as_json=as_json))


async def examine(settings: WorkerSettings) -> list[Finding]:
    """Every check, in the order in which they should be mended."""
    reachable, client = await temporal_checks.reachable()
    findings = [reachable]
    if client:
        namespace, _ = await temporal_checks.retention(client, 0)
        findings += [namespace]
        for kind in (temporal_checks.WORKFLOWS, temporal_checks.ACTIVITIES):
            findings += await temporal_checks.pollers(client, settings.task_queue, kind, "voyage-worker")
    return list(dict.fromkeys(findings))
