"""`voyage-consumer doctor`: whether everything is there that bookings need, and what to do if not."""

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated

import typer
from aiormq.exceptions import ChannelAccessRefused
from temporalio.client import Client
from temporalio.service import RPCError

from consumer.diagnostics import broker_checks
from consumer.diagnostics.broker_checks import OLDEST_LETTER
from consumer.reconciliation import schedule
from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import declare_topology, open_connection
from publisher.amqp.dead_letter_queue import DeadLetterQueue
from saga.cli import stuck_bookings, trip_check
from saga.cli.doctor import CANNOT_BE_USED, NO_NAMESPACE, Everything, poller_checks
from saga.temporal import search_attributes, server_checks
from saga.temporal.clock_check import check_clock
from voyage.commands.options import AsJson
from voyage.errors import VoyageError
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

_IN_THE_NAMESPACE = (
    "retention",
    OLDEST_LETTER,
    "reconciliation",
    "search attributes",
    "clock",
    "trip",
    "stuck bookings",
    "pollers",
)
_FIX_TIMEOUT = 15.0
_SAMPLE = 10  # letters from the head of the queue, where the oldest are
_MOST_LOOKED_AT = 1000  # letters; more could take longer than a check may, to go past those seen before


def command(
    *,
    everything: Everything = False,
    as_json: AsJson = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="First create missing queues, schedule and search attributes.")
    ] = False,
) -> None:
    """Ask RabbitMQ and Temporal whether bookings can be made.

    What is wrong comes first, and what is well is only counted. With --json each check is told.
    Exit code 1: a requirement is not met.
    """
    for library in ("aiormq", "aio_pika"):  # what they would say is in the findings
        logging.getLogger(library).setLevel(logging.CRITICAL)
    checks = run_checks(load_settings(ConsumerSettings), fix=fix)
    findings = ask(checks, "What --fix had created stays." if fix else NOTHING_CHANGED)
    raise typer.Exit(report(findings, as_json=as_json, everything=everything))


async def run_checks(settings: ConsumerSettings, *, fix: bool = False) -> list[CheckResult]:
    """Every check, in the order in which they should be fixed; `fix` creates what is missing before."""
    reachable, client = await server_checks.reachable()
    if fix:
        await _fix(settings, client)
    findings = [*await broker_checks.run_checks(settings), reachable]
    if client is None:
        return [*findings, unchecked("Temporal", CANNOT_BE_USED, ["namespace", *_IN_THE_NAMESPACE])]
    findings.append(await run_check(server_checks.namespace, "namespace", client))
    if findings[-1].state is not CheckState.OK:
        return [*findings, unchecked("Temporal", NO_NAMESPACE, _IN_THE_NAMESPACE)]
    usable = {finding.name for finding in findings if finding.state is not CheckState.FAILED}
    window = settings.duplicate_window
    asked: list[Awaitable[CheckResult]] = [run_check(server_checks.retention, "retention", client, window)]
    if {f"queue {settings.dead_queue}", "alarm"} <= usable:
        asked.append(run_check(_dead_letters, OLDEST_LETTER, settings, client))
    elif "RabbitMQ" in usable:
        to_do = f"Correct queue {settings.dead_queue} or the alarm first, and ask again"
        findings.append(CheckResult(OLDEST_LETTER, CheckState.UNKNOWN, "not checked", to_do))
    asked += [
        run_check(schedule.check, "reconciliation", client, settings),
        run_check(
            search_attributes.check,
            "search attributes",
            client,
            owners=settings.owners,
            counts_open=settings.counts_open,
        ),
        run_check(check_clock, "clock", client),
        run_check(trip_check.check, "trip", client, settings.task_queue, settings.trip),
        run_check(stuck_bookings.check, "stuck bookings", client, settings.task_queue),
        *poller_checks(client, settings.task_queue, "voyage-worker"),
        *poller_checks(client, settings.reply_task_queue, "voyage-consumer"),
    ]
    return [*findings, *await asyncio.gather(*asked)]


async def _fix(settings: ConsumerSettings, client: Client | None) -> None:
    """Create what is missing; whatever stands in the way is among the findings."""
    with suppress(VoyageError, TimeoutError):
        async with asyncio.timeout(_FIX_TIMEOUT):
            await declare_topology(settings)
    if client:
        with suppress(RPCError, TimeoutError):
            async with asyncio.timeout(_FIX_TIMEOUT):
                await schedule.create(client, settings)
        with suppress(RPCError, TimeoutError):
            async with asyncio.timeout(_FIX_TIMEOUT):
                await search_attributes.create(client)


async def _dead_letters(name: str, settings: ConsumerSettings, client: Client) -> CheckResult:
    kept = await server_checks.retention_period(client)
    async with await open_connection(settings, "voyage-consumer doctor") as connection:
        publisher = await ConfirmedPublisher.open(connection, settings.publish_timeout)
        try:
            queue = DeadLetterQueue(connection, publisher, settings)
            count = await queue.count()
            if count > _MOST_LOOKED_AT:
                return CheckResult(name, CheckState.UNKNOWN, f"{count} letters", "Look: voyage dead list")
            times = [letter.time async for letter in queue.browse(_SAMPLE)]
        except ChannelAccessRefused:
            to_do = "Ask as a user who may read it: voyage dead list"
            return CheckResult(name, CheckState.UNKNOWN, "this user may not look", to_do)
    died = []
    for time in times:
        with suppress(ValueError):
            when = datetime.fromisoformat(time)
            died.append(when if when.tzinfo else when.replace(tzinfo=UTC))
    return broker_checks.dead_letters(name, count, min(died, default=None), kept)
