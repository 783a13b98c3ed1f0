"""`voyage-consumer doctor`: whether everything is there that bookings need, and what to do if not."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from aiormq.exceptions import ChannelAccessRefused

from consumer import broker_checks
from consumer.settings import ConsumerSettings
from publisher import broker
from publisher.dead import DeadLetterQueue
from publisher.publishing import ConfirmedPublisher
from publisher.settings import load
from saga import temporal_checks
from saga.doctor import AsJson
from saga.finding import Finding, State, report


def command(
    *,
    as_json: AsJson = False,
    fix: Annotated[bool, typer.Option("--fix", help="Declare the queues that are missing, first.")] = False,
) -> None:
    """Ask RabbitMQ and Temporal whether bookings can be made; exit code 1 for an unmet requirement."""
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # what it would say is in the findings
    raise typer.Exit(report(asyncio.run(examine(load(ConsumerSettings), fix=fix)), as_json=as_json))


async def examine(settings: ConsumerSettings, *, fix: bool = False) -> list[Finding]:
    """Every check, in the order in which they should be mended; `fix` declares what is missing before."""
    if fix:
        await broker.prepare(settings)
    findings = await broker_checks.examine(settings)
    reachable, client = await temporal_checks.reachable()
    findings.append(reachable)
    if client:
        namespace, kept = await temporal_checks.retention(client, settings.duplicate_window)
        findings.append(namespace)
        if kept is not None and _is_ok(findings, f"queue {settings.dead_queue}"):
            findings.append(await _dead_letters(settings, kept))
        workflows, activities = temporal_checks.WORKFLOWS, temporal_checks.ACTIVITIES
        for queue, kind, start in (
            (settings.task_queue, workflows, "voyage-worker"),
            (settings.task_queue, activities, "voyage-worker"),
            (settings.reply_task_queue, activities, "voyage-consumer"),
        ):
            findings += await temporal_checks.pollers(client, queue, kind, start)
    return list(dict.fromkeys(findings))


def _is_ok(findings: list[Finding], name: str) -> bool:
    return any(finding.name == name and finding.state is not State.FAILED for finding in findings)


async def _dead_letters(settings: ConsumerSettings, kept: timedelta) -> Finding:
    async with await broker.open_connection(settings, "voyage-consumer doctor") as connection:
        publisher = await ConfirmedPublisher.open(connection, settings.publish_timeout)
        try:
            letters = await DeadLetterQueue(connection, publisher, settings).look()
        except ChannelAccessRefused:
            to_do = "Ask as a user who may read it: voyage dead list"
            return Finding("oldest dead letter", State.UNKNOWN, "this user may not look", to_do)
    times = []
    for letter in letters:
        with suppress(ValueError):
            died = datetime.fromisoformat(letter.time)
            times.append(died if died.tzinfo else died.replace(tzinfo=UTC))
    return broker_checks.dead_letters(min(times, default=None), kept)
