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

from consumer import broker_checks, schedule
from consumer.settings import ConsumerSettings
from publisher import broker
from publisher.dead import DeadLetterQueue
from publisher.errors import VoyageError
from publisher.publishing import ConfirmedPublisher
from publisher.settings import load
from saga import temporal_checks
from saga.clock import clock
from saga.doctor import AsJson, polled
from saga.finding import Finding, State, answered, report

_FIX_TIMEOUT = 15.0


def command(
    *,
    as_json: AsJson = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Create the queues and the schedule that are missing, first.")
    ] = False,
) -> None:
    """Ask RabbitMQ and Temporal whether bookings can be made; exit code 1 for an unmet requirement."""
    for library in ("aiormq", "aio_pika"):  # what they would say is in the findings
        logging.getLogger(library).setLevel(logging.CRITICAL)
    raise typer.Exit(report(asyncio.run(examine(load(ConsumerSettings), fix=fix)), as_json=as_json))


async def examine(settings: ConsumerSettings, *, fix: bool = False) -> list[Finding]:
    """Every check, in the order in which they should be mended; `fix` creates what is missing before."""
    reachable, client = await temporal_checks.reachable()
    if fix:
        await _fix(settings, client)
    findings = [*await broker_checks.examine(settings), reachable]
    if client is None:
        return findings
    findings.append(await answered(temporal_checks.namespace, "namespace", client))
    if findings[-1].state is not State.OK:
        return findings
    usable = {finding.name for finding in findings if finding.state is not State.FAILED}
    window = settings.duplicate_window
    asked: list[Awaitable[Finding]] = [answered(temporal_checks.retention, "retention", client, window)]
    if {f"queue {settings.dead_queue}", "alarm"} <= usable:
        asked.append(answered(_dead_letters, "oldest dead letter", settings, client))
    asked += [
        answered(schedule.check, "sweeps", client, settings),
        answered(clock, "clock", client),
        *polled(client, settings.task_queue, "voyage-worker"),
        *polled(client, settings.reply_task_queue, "voyage-consumer"),
    ]
    return [*findings, *await asyncio.gather(*asked)]


async def _fix(settings: ConsumerSettings, client: Client | None) -> None:
    """Create what is missing; whatever stands in the way is among the findings."""
    with suppress(VoyageError, TimeoutError):
        async with asyncio.timeout(_FIX_TIMEOUT):
            await broker.prepare(settings)
    if client:
        with suppress(RPCError, TimeoutError):
            async with asyncio.timeout(_FIX_TIMEOUT):
                await schedule.create(client, settings)


async def _dead_letters(name: str, settings: ConsumerSettings, client: Client) -> Finding:
    kept = await temporal_checks.kept(client)
    async with await broker.open_connection(settings, "voyage-consumer doctor") as connection:
        publisher = await ConfirmedPublisher.open(connection, settings.publish_timeout)
        try:
            letters = await DeadLetterQueue(connection, publisher, settings).look()
        except ChannelAccessRefused:
            to_do = "Ask as a user who may read it: voyage dead list"
            return Finding(name, State.UNKNOWN, "this user may not look", to_do)
    times = []
    for letter in letters:
        with suppress(ValueError):
            died = datetime.fromisoformat(letter.time)
            times.append(died if died.tzinfo else died.replace(tzinfo=UTC))
    return broker_checks.dead_letters(name, min(times, default=None), kept)
