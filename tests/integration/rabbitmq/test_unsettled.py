"""Whatever a consumer meets, a message is settled or comes again; and it consumes once, or not at all."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aio_pika.exceptions import ChannelInvalidStateError

from consumer.amqp import settlement
from consumer.errors import TemporalCallError
from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import declare_topology, open_connection
from publisher.errors import PublishTimeoutError
from tests.integration.rabbitmq.unsettling import Bench, Gate, Handler
from tests.poll import eventually
from voyage.failures import Failure

AWAY = TemporalCallError("away", Failure.AWAY)


@pytest.fixture
async def bench(settings: ConsumerSettings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(settlement, "RETRY", 0.01)
    settings = settings.model_copy(
        update={"circuit_breaker_threshold": 1, "probe_interval": 0.05, "drain_timeout": 0.2}
    )
    await declare_topology(settings)
    publisher = await ConfirmedPublisher.connect(settings, "test")
    Gate.may_start = asyncio.Event()
    Gate.may_start.set()
    async with await open_connection(settings, "test") as connection, publisher.connection:
        yield Bench(publisher, await Gate.open(connection, settings.requests_queue, 10), settings)


@pytest.mark.parametrize(
    "failure",
    [
        RuntimeError("a bug that looks like a lost channel"),
        PublishTimeoutError("the copy is not confirmed"),
        asyncio.CancelledError(),
        LookupError("a bug"),
    ],
    ids=repr,
)
async def test_a_message_that_cannot_be_returned_while_consuming_pauses_comes_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    failures = [failure]
    requeue = bench.publisher.requeue

    async def fail_first(*about: Any) -> None:
        if failures:
            raise failures.pop()
        await requeue(*about)

    monkeypatch.setattr(bench.publisher, "requeue", fail_first)
    handler = Handler([AWAY])
    consumer = bench.consumer(handler)
    await consumer.start()
    await bench.send("1")

    await eventually("the message to be executed", lambda: handler.executed == ["1"])
    await eventually("consuming to go on", lambda: consumer.subscription.is_consuming)
    assert not failures
    await consumer.stop()


@pytest.mark.parametrize(
    "failure", [ChannelInvalidStateError(), asyncio.CancelledError(), ConnectionAbortedError()], ids=repr
)
async def test_a_message_whose_handling_lost_a_channel_is_handled_again_and_not_refused(
    bench: Bench, failure: BaseException
) -> None:
    handler = Handler([failure])
    consumer = bench.consumer(handler)
    await consumer.start()
    await bench.send("1")

    await eventually("the message to be executed at the second try", lambda: handler.executed == ["1"])
    await consumer.stop()


async def test_a_probe_that_breaks_does_not_end_the_probing(bench: Bench) -> None:
    handler = Handler([AWAY, asyncio.CancelledError(), AWAY])
    consumer = bench.consumer(handler)
    await consumer.start()
    await bench.send("1")

    await eventually("the message to be executed", lambda: handler.executed == ["1"])
    await eventually("consuming to go on", lambda: not consumer.is_paused)
    await consumer.stop()


async def test_a_restart_while_a_pause_ends_leaves_one_consumer(bench: Bench) -> None:
    handler = Handler([AWAY])
    consumer = bench.consumer(handler)
    await consumer.start()
    Gate.may_start.clear()
    await bench.send("1")
    await eventually("the probe to have worked", lambda: handler.executed == ["1"] and not consumer.is_paused)

    restarting = asyncio.create_task(consumer.restart())
    await asyncio.sleep(0.2)
    Gate.may_start.set()
    await restarting
    await eventually("messages to come", lambda: consumer.subscription.is_consuming)
    await bench.send("2")
    await eventually("the second message", lambda: handler.executed == ["1", "2"])

    assert await bench.consumers() == 1
    await consumer.stop()
    assert await bench.consumers() == 0


async def test_a_stop_ends_a_pause_and_nothing_is_taken_after_it(bench: Bench) -> None:
    handler = Handler([AWAY] * 1000)
    consumer = bench.consumer(handler)
    await consumer.start()
    await bench.send("1")
    await eventually("the pause", lambda: consumer.is_paused and len(handler.tried) > 1)
    await consumer.stop()

    assert [task for task in asyncio.all_tasks() if "_until_one_works" in repr(task)] == []
    await consumer.restart()
    await consumer.start()

    assert not consumer.subscription.is_consuming
    await bench.send("2")
    assert await bench.ready() == 1
