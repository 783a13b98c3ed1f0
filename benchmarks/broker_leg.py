"""What the broker leg alone carries: the consumer's intake with the start stubbed, against bare aio-pika."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import cast

from aio_pika import connect
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection

from benchmarks.draining import publish
from benchmarks.ways.names import broker_settings, own_names
from consumer.amqp.message_consumer import Handler, MessageConsumer
from consumer.amqp.subscription import Subscription
from consumer.replies.publisher import ResultPublisher
from consumer.requests.dead_letters import DeadLetters
from consumer.requests.decision import Start
from consumer.requests.handler import RequestHandler
from consumer.requests.workflow_start import Accepted, WorkflowStarter
from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import declare_topology, open_connection
from publisher.amqp.message import Delivery
from voyage import devstack

Done = Callable[[], None]


class _StartedAtOnce:
    """Stands where Temporal does: each booking is started as soon as it is asked for."""

    async def start(self, _: Start) -> Accepted:
        return Accepted(joined=False)


async def measure(servers: devstack.Servers, rounds: int, messages: int) -> list[dict[str, float]]:
    """Messages a second of each, by turns."""
    found = []
    async with own_names(servers) as environment:
        settings = ConsumerSettings.model_validate(broker_settings(environment).model_dump())
        await declare_topology(settings)
        for number in range(rounds + 1):
            row = {}
            for name, consuming in (("bare", bare), ("intake", intake), ("ours", ours)):
                await publish(environment, messages)
                row[name] = await _rate(partial(consuming, settings), messages)
            if number:  # the first round warms up
                found.append(row)
                print(
                    "broker leg:", ", ".join(f"{name} {rate:.0f}/s" for name, rate in row.items()), flush=True
                )
    return found


async def _rate(consuming: Callable[[Done], AbstractAsyncContextManager[None]], messages: int) -> float:
    """From the first message that is done to the last; connecting is not what is compared."""
    at: list[float] = []
    all_done = asyncio.Event()

    def done() -> None:
        at.append(time.perf_counter())
        if len(at) == messages:
            all_done.set()

    async with consuming(done):
        await all_done.wait()
    return round((messages - 1) / (at[-1] - at[0]), 1)


@asynccontextmanager
async def ours(settings: ConsumerSettings, done: Done) -> AsyncIterator[None]:
    """Decode, validate, decide, start nothing, ack: as the consumer does it."""
    async with _publishing(settings) as (connection, publisher):
        results, dead_letters = ResultPublisher(publisher, settings), DeadLetters(publisher, settings)
        requests = RequestHandler(settings, cast("WorkflowStarter", _StartedAtOnce()), results, dead_letters)
        async with _taking(settings, connection, publisher, requests.handle, done):
            yield


@asynccontextmanager
async def intake(settings: ConsumerSettings, done: Done) -> AsyncIterator[None]:
    """The same, with a handler that does nothing: what is left is that no message is lost."""

    async def nothing(_: Delivery) -> None:
        return

    async with (
        _publishing(settings) as (connection, publisher),
        _taking(settings, connection, publisher, nothing, done),
    ):
        yield


@asynccontextmanager
async def _publishing(
    settings: ConsumerSettings,
) -> AsyncIterator[tuple[AbstractRobustConnection, ConfirmedPublisher]]:
    async with await open_connection(settings, "benchmark") as connection:
        yield connection, await ConfirmedPublisher.open(connection, settings.publish_timeout)


@asynccontextmanager
async def _taking(
    settings: ConsumerSettings,
    connection: AbstractRobustConnection,
    publisher: ConfirmedPublisher,
    handler: Handler,
    done: Done,
) -> AsyncIterator[None]:
    async def handle(delivery: Delivery) -> None:
        await handler(delivery)
        done()

    subscription = await Subscription.open(connection, settings.requests_queue, settings.prefetch)
    taking = MessageConsumer(subscription, handle, publisher, settings)
    await taking.start()
    yield
    await taking.stop()


@asynccontextmanager
async def bare(settings: ConsumerSettings, done: Done) -> AsyncIterator[None]:
    """Take and ack, and nothing else."""

    async def take(message: AbstractIncomingMessage) -> None:
        await message.ack()
        done()

    url = settings.amqp_url.get_secret_value()
    async with await connect(url) as connection, connection.channel() as channel:
        await channel.set_qos(settings.prefetch)
        queue = await channel.get_queue(settings.requests_queue)
        tag = await queue.consume(take)
        yield
        await queue.cancel(tag)
