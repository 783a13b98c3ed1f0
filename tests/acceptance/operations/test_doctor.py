"""`voyage-consumer doctor` and `voyage-worker doctor` on RabbitMQ: each check fails and passes for real."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from aio_pika import Message
from pydantic import SecretStr

from consumer.diagnostics import broker_checks
from publisher.amqp import topology
from publisher.amqp.connection import connected
from publisher.amqp.dead_letter import TIME
from tests.acceptance.conftest import World
from tests.acceptance.doctor_reports import CONSUMER, WORKER, doctor
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.rabbitmq import connect
from voyage import devstack

ALWAYS_UNKNOWN = {"consumer timeout", "policies"}
NO_MANAGEMENT = "http://127.0.0.1:1"


@pytest.mark.thorough
async def test_nothing_there_then_mended_then_everything_runs(world: World) -> None:
    names, replies = world.settings, world.settings.reply_task_queue
    queues = {f"queue {queue.name}" for queue in topology.queues(names)}
    reads = {f"reading {queue}" for queue in names.consumed_queues}
    takers = {f"consumers of {queue}" for queue in names.consumed_queues}
    bookers = {f"{kind} pollers of {names.task_queue}" for kind in ("workflow", "activity")}
    polls = bookers | {f"{kind} pollers of {replies}" for kind in ("workflow", "activity")}
    world.extra = {"VOYAGE_MANAGEMENT_URL": NO_MANAGEMENT}
    before = await doctor(world)
    mended = await doctor(world, CONSUMER, "--fix")
    await world.everything()
    after, of_worker = await doctor(world), await doctor(world, WORKER)
    code, printed, _ = await world.command(CONSUMER, "doctor")

    assert before.found["oldest dead letter"] == "not checked"
    assert (before.code, before.of("failed")) == (1, queues | reads | takers | polls | {"reconciliation"})
    assert all(before.to_do[name] for name in before.of("failed") | before.of("unknown"))
    assert (mended.code, mended.of("failed")) == (1, takers | polls)
    assert (after.code, after.of("failed"), after.of("unknown")) == (0, set(), ALWAYS_UNKNOWN)
    broker = {"RabbitMQ", "publishing to the default exchange", "alarm", "oldest dead letter"}
    engine = {"Temporal", "namespace", "retention", "reconciliation", "clock", "trip", "stuck bookings"}
    engine.add("search attributes")
    assert after.of("ok") == queues | reads | takers | polls | broker | engine
    assert (of_worker.code, of_worker.of("ok")) == (
        0,
        {"suppliers", "Temporal", "namespace", "clock", "trip", "stuck bookings"} | bookers,
    )
    assert (code, printed.splitlines()[-1]) == (0, "All checks OK, 2 unknown")


@pytest.mark.parametrize("columns", [80, 60])
async def test_what_is_wrong_comes_first_and_what_to_correct_first_last(world: World, columns: int) -> None:
    narrow = {"COLUMNS": str(columns)}
    code, printed, _ = await world.command(CONSUMER, "doctor", environment=narrow)
    lines, first = printed.splitlines(), f"queue {world.settings.requests_queue}"
    states = [line.split()[0] for line in lines if line.startswith(("failed", "unknown", "ok"))]

    assert (code, lines[-1]) == (1, f"Correct first: {first}")
    assert lines[0].startswith(f"failed   {first}: missing")
    assert max(map(len, lines)) <= columns
    assert states == sorted(states, key=["failed", "unknown"].index), "what is well is only counted"
    assert "ok (--all shows them)" in lines[-2]
    code, printed, _ = await world.command(CONSUMER, "doctor", "--all", environment=narrow)
    assert "ok       Temporal: answers" in printed
    assert "--all" not in printed


@pytest.mark.parametrize("limit", [None, 3])
async def test_a_queue_with_another_type_or_delivery_limit(world: World, limit: int | None) -> None:
    name = world.settings.requests_queue
    arguments: dict[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": limit} if limit else {}
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        await (await connection.channel()).declare_queue(name, durable=True, arguments=arguments)
    report = await doctor(world)
    assert report.states[f"queue {name}"] == "failed"
    assert "Delete it when it is empty" in report.to_do[f"queue {name}"]


async def test_a_dead_letter_that_is_older_than_the_retention(world: World) -> None:
    await world.prepare()
    none = await doctor(world)
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        letter = Message(b"{}", headers={TIME: "2020-01-01T00:00:00+00:00"}, message_id=uuid4().hex)
        await channel.default_exchange.publish(letter, world.settings.dead_queue)
    old = await doctor(world)

    assert none.states["oldest dead letter"] == "ok"
    assert old.states["oldest dead letter"] == "failed"
    assert "look at it first" in old.to_do["oldest dead letter"]
    assert "of 1 letter" in old.found["oldest dead letter"]
    assert await world.depth(world.settings.dead_queue) == 1


async def test_servers_that_do_not_answer(world: World) -> None:
    report = await doctor(world, AMQP_URL="amqp://guest:guest@localhost:1/", TEMPORAL_ADDRESS="localhost:1")
    assert (report.code, report.of("failed")) == (1, {"RabbitMQ", "Temporal"})
    assert "Start it" in report.to_do["Temporal"]
    assert report.found["rest of RabbitMQ"] == (
        "not checked, as it can't be used: queues, reading, publishing, alarm, policies, consumers, "
        "consumer timeout, oldest dead letter"
    )
    assert report.found["rest of Temporal"] == (
        "not checked, as it can't be used: namespace, retention, oldest dead letter, reconciliation, "
        "search attributes, clock, trip, stuck bookings, pollers"
    )


async def test_a_reply_exchange_that_is_missing(world: World) -> None:
    exchange = f"test.{uuid4().hex}"
    name = f"publishing to {exchange}"
    missing = await doctor(world, VOYAGE_REPLY_EXCHANGE=exchange)
    mended = await doctor(world, CONSUMER, "--fix", VOYAGE_REPLY_EXCHANGE=exchange)
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        await (await connection.channel()).exchange_delete(exchange)
    assert (missing.states[name], mended.states[name]) == ("failed", "ok")


async def test_an_exchange_to_which_we_may_not_publish(world: World) -> None:
    exchange = f"test.{uuid4().hex}"
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        await (await connection.channel()).declare_exchange(exchange, internal=True, auto_delete=False)
        report = await doctor(world, VOYAGE_REPLY_EXCHANGE=exchange)
        await (await connection.channel()).exchange_delete(exchange)
    assert report.states[f"publishing to {exchange}"] == "failed"
    assert "right to write" in report.to_do[f"publishing to {exchange}"]


@pytest.mark.thorough
async def test_a_broker_under_an_alarm(world: World) -> None:
    node = devstack.RabbitMq(config=["vm_memory_high_watermark.absolute = 1MB"])
    try:
        await asyncio.to_thread(node.start)
        report = await doctor(world, CONSUMER, "--fix", AMQP_URL=node.url)
        world.extra = {"AMQP_URL": node.url}
        await (await world.consumer()).logged("alarm: RabbitMQ takes no messages")
    finally:
        node.close()
    assert report.states["alarm"] == "failed"
    assert report.found["alarm"] == "RabbitMQ takes no messages"
    assert report.states["publishing to the default exchange"] == "ok"


async def test_a_broker_that_falls_silent_is_not_waited_for(world: World) -> None:
    await world.prepare()
    url = world.settings.amqp_url.get_secret_value()
    port = int(url.rpartition(":")[2].partition("/")[0])
    async with Proxy(port) as proxy:
        silent = SecretStr(url.replace(f":{port}/", f":{proxy.port}/"))
        settings = world.settings.model_copy(update={"amqp_url": silent})
        async with asyncio.timeout(60), connected(settings) as connection:
            answers = await broker_checks.run_checks_on(connection, settings)
            proxy.stall()
            silence = await broker_checks.run_checks_on(connection, settings)
    assert [finding.name for finding in answers] == [finding.name for finding in silence]
    asked = [finding for finding in silence if finding.name != "policies"]  # not asked by AMQP
    assert {finding.state for finding in asked} == {"failed"}
    # A check that opens a connection of its own may hear first that RabbitMQ gives that up, after 10 s too.
    assert {finding.found.partition(" (")[0] for finding in asked} <= {"no answer", "no answer within 10 s"}
    assert "no answer within 10 s" in {finding.found for finding in asked}
