"""`voyage-worker doctor`: whether everything is there that the worker needs, and what to do if not."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated

import typer
from temporalio.client import Client

from saga.cli import stuck_bookings, supplier_check, trip_check
from saga.settings import WorkerSettings
from saga.temporal import server_checks
from saga.temporal.clock_check import check_clock
from saga.temporal.poller_checks import KINDS, pollers
from voyage.commands.options import AsJson
from voyage.runtime.check_results import (
    NOTHING_CHANGED,
    CheckResult,
    CheckState,
    ask,
    report,
    run_check,
    unchecked,
)
from voyage.runtime.settings import load_settings

CANNOT_BE_USED, NO_NAMESPACE = "it can't be used", "its namespace can't be used"
_IN_THE_NAMESPACE = ("clock", "trip", "stuck bookings", "pollers")
Everything = Annotated[bool, typer.Option("--all", "-a", help="Show also what is well.")]


def command(*, everything: Everything = False, as_json: AsJson = False) -> None:
    """Ask Temporal whether bookings can be made.

    What is wrong comes first, and what is well is only counted. With --json each check is told.
    Exit code 1: a requirement is not met.
    """
    findings = ask(run_checks(load_settings(WorkerSettings)), NOTHING_CHANGED)
    raise typer.Exit(report(findings, as_json=as_json, everything=everything))


async def run_checks(settings: WorkerSettings) -> list[CheckResult]:
    """Every check, in the order in which they should be fixed."""
    suppliers = supplier_check.check("suppliers", settings.trip)
    reachable, client = await server_checks.reachable()
    if client is None:
        rest = unchecked("Temporal", CANNOT_BE_USED, ["namespace", *_IN_THE_NAMESPACE])
        return [suppliers, reachable, rest]
    namespace = await run_check(server_checks.namespace, "namespace", client)
    if namespace.state is not CheckState.OK:
        return [suppliers, reachable, namespace, unchecked("Temporal", NO_NAMESPACE, _IN_THE_NAMESPACE)]
    asked = (
        run_check(check_clock, "clock", client),
        run_check(trip_check.check, "trip", client, settings.task_queue, settings.trip),
        run_check(stuck_bookings.check, "stuck bookings", client, settings.task_queue),
        *poller_checks(client, settings.task_queue, "voyage-worker"),
    )
    return [suppliers, reachable, namespace, *await asyncio.gather(*asked)]


def poller_checks(client: Client, task_queue: str, start: str) -> tuple[Awaitable[CheckResult], ...]:
    """Whether both kinds of tasks of this task queue are polled for; `start` is what to run if not."""
    return tuple(
        run_check(pollers, f"{word} pollers of {task_queue}", client, task_queue, kind, start)
        for kind, word in KINDS.items()
    )
