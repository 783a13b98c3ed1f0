"""The contract's broker objects: which queues there are, with which arguments, and how they come to be."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed
from aiormq.exceptions import ChannelAccessRefused

from publisher.errors import NotDeclaredError, QueueMismatchError
from publisher.settings import BrokerSettings

DELIVERY_LIMIT = 20
"""Deliveries without an ack after which a message is taken for the reason that its consumers crash."""
UNLIMITED = {"x-delivery-limit": 2**31 - 1}
"""Without an argument, RabbitMQ 4 drops a message after 20 deliveries, and -1 is refused by 3.10."""


MOST_CHANNELS = 2047
"""What RabbitMQ permits unless it is told otherwise."""
_numbers = count()


@dataclass(frozen=True)
class Queue:
    """A durable quorum queue of the contract, and what it has beyond that."""

    name: str
    arguments: Mapping[str, str | int] = field(default_factory=dict)


def queues(names: BrokerSettings) -> tuple[Queue, ...]:
    """The contract's table "Broker objects", row by row, and what there is beyond it."""
    undelivered = _dead_lettering_to(names.undelivered_queue)
    waiting = (Queue(queue, undelivered) for queue in names.waiting_queues)
    return (
        Queue(names.requests_queue, undelivered),
        *(waiting if names.owners else ()),  # also where nobody has a quota any more
        Queue(names.undelivered_queue, _dead_lettering_to(names.dead_queue)),
        Queue(names.control_queue, _dead_lettering_to(names.dead_queue)),
        Queue(names.results_queue, UNLIMITED),
        Queue(names.dead_queue, UNLIMITED),
        Queue(names.parked_queue, UNLIMITED),
    )


def _dead_lettering_to(queue: str) -> dict[str, str | int]:
    """Bounded deliveries, and then another queue, at least once: RabbitMQ waits for its confirm.

    That strategy needs `reject-publish`, which takes effect only with a length limit; our queues have none.
    """
    return {
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-overflow": "reject-publish",
    }


def new_channel(connection: AbstractConnection, *, publisher_confirms: bool = False) -> AbstractChannel:
    """A channel with a number that none had a moment before it.

    aiormq gives a closing channel's number to the next one, which RabbitMQ takes for an error of the whole
    connection (504, "second 'channel.open' seen"); what goes side by side closes many.
    """
    return connection.channel(_free_number(connection), publisher_confirms=publisher_confirms)


def _free_number(connection: AbstractConnection) -> int | None:
    if connection.transport is None:
        return None  # without a connection there is no channel, whatever its number
    link = connection.transport.connection
    most = link.connection_tune.channel_max or MOST_CHANNELS
    numbers = (next(_numbers) % most + 1 for _ in range(most))
    return next((number for number in numbers if number not in link.channels), None)


async def declare(connection: AbstractConnection, names: BrokerSettings) -> None:
    """Declare every queue of the contract, and the reply exchange if one is set; harmless when they exist.

    Raises `QueueMismatchError` for a queue or an exchange that exists with other arguments. A user who may
    not declare uses what is there, and `NotDeclaredError` says what isn't.
    """
    try:
        # Side by side: each takes a few round trips, which are long ones to a server that is far away.
        declaring = (_declare_queue(connection, queue) for queue in queues(names))
        for failure in await asyncio.gather(*declaring, return_exceptions=True):
            if failure:
                raise failure
        if names.reply_exchange:
            await _declare_exchange(connection, names.reply_exchange, "REPLY", _reached(names))
        if names.request_exchange:
            await _declare_exchange(connection, names.request_exchange, "REQUEST", names.routes)
    except ChannelAccessRefused as refused:
        await _find(connection, names, refused)


async def declare_own_results(connection: AbstractConnection, names: BrokerSettings) -> None:
    """Declare the queue for the results of our requests that name no `reply_to`, if it isn't the contract's.

    A user who may not uses what is there. Raises `QueueMismatchError`.
    """
    if names.own_results_queue != names.results_queue:
        with suppress(ChannelAccessRefused):
            await _declare_queue(connection, Queue(names.own_results_queue, UNLIMITED))


async def declare_queue(channel: AbstractChannel, queue: Queue) -> None:
    """Declare one queue; raises what aio-pika raises, and closes the channel, if it can't be as it should."""
    await channel.declare_queue(
        queue.name, durable=True, arguments={"x-queue-type": "quorum", **queue.arguments}
    )


async def declare_exchange(channel: AbstractChannel, names: BrokerSettings) -> None:
    """Declare the reply exchange and its bindings; raises as `declare_queue` does."""
    await _declare_bound(channel, names.reply_exchange, _reached(names))


def _reached(names: BrokerSettings) -> list[str]:
    """The queues that the reply exchange reaches."""
    return [queue.name for queue in queues(names)]


async def _declare_bound(channel: AbstractChannel, exchange: str, reached: Iterable[str]) -> None:
    await channel.declare_exchange(exchange, durable=True)
    for queue in reached:
        await bind(channel, queue, exchange)


async def bind(channel: AbstractChannel, queue: str, exchange: str) -> None:
    """Let an exchange reach a queue under its name; harmless when it does already."""
    await (await channel.get_queue(queue, ensure=False)).bind(exchange, queue)


def queue_mismatch(queue: str, mismatch: Exception) -> QueueMismatchError:
    """The error for a queue that somebody else has made."""
    return QueueMismatchError(
        f"Queue {queue!r} exists with other arguments: {mismatch.args[-1]}. "
        "Delete it when it is empty, or give ours another name (VOYAGE_*_QUEUE)."
    )


def exchange_mismatch(exchange: str, kind: str, mismatch: Exception) -> QueueMismatchError:
    """The error for our exchange of this kind (REPLY, REQUEST), if somebody else has made it."""
    return QueueMismatchError(
        f"Exchange {exchange!r} exists with other properties: {mismatch.args[-1]}. "
        f"Delete it, or give ours another name (VOYAGE_{kind}_EXCHANGE)."
    )


def not_declared(missing: str, refused: Exception) -> NotDeclaredError:
    """The error for what isn't there, and our user may not make."""
    return NotDeclaredError(
        f"RabbitMQ: {missing}, and {refused.args[-1]}. "
        "Import deploy/rabbitmq/definitions.json, or start once with a user who may declare it."
    )


async def _declare_queue(connection: AbstractConnection, queue: Queue) -> None:
    try:
        async with new_channel(connection) as channel:
            await declare_queue(channel, queue)
    except ChannelPreconditionFailed as mismatch:
        raise queue_mismatch(queue.name, mismatch) from mismatch


async def _declare_exchange(
    connection: AbstractConnection, exchange: str, kind: str, reached: Iterable[str]
) -> None:
    try:
        async with new_channel(connection) as channel:
            await _declare_bound(channel, exchange, reached)
    except ChannelPreconditionFailed as mismatch:
        raise exchange_mismatch(exchange, kind, mismatch) from mismatch


async def _find(connection: AbstractConnection, names: BrokerSettings, refused: Exception) -> None:
    try:
        async with new_channel(connection) as channel:
            for queue in queues(names):
                await channel.get_queue(queue.name)
            for exchange in filter(None, (names.reply_exchange, names.request_exchange)):
                await channel.get_exchange(exchange)
    except ChannelNotFoundEntity as missing:
        raise not_declared(str(missing.args[-1]), refused) from missing
