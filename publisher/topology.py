"""The contract's broker objects: which queues there are, with which arguments, and how they come to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import ChannelPreconditionFailed
from aiormq.exceptions import ChannelAccessRefused

from publisher.errors import QueueMismatchError
from publisher.settings import BrokerSettings

DELIVERY_LIMIT = 20


@dataclass(frozen=True)
class Queue:
    """A durable quorum queue of the contract, and what it has beyond that."""

    name: str
    arguments: Mapping[str, str | int] = field(default_factory=dict)


def queues(names: BrokerSettings) -> tuple[Queue, ...]:
    """The contract's table "Broker objects", row by row."""
    return (
        Queue(
            names.requests_queue,
            {
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": names.dead_queue,
                "x-delivery-limit": DELIVERY_LIMIT,
            },
        ),
        Queue(names.control_queue),
        Queue(names.results_queue),
        Queue(names.dead_queue),
        Queue(names.parked_queue),
    )


async def declare(connection: AbstractConnection, names: BrokerSettings) -> None:
    """Declare every queue of the contract, and the reply exchange if one is set; harmless when they exist.

    A user who may not declare uses what is there. Raises `QueueMismatchError` for a queue that exists with
    other arguments.
    """
    for queue in queues(names):
        try:
            async with connection.channel() as channel:
                await channel.declare_queue(
                    queue.name, durable=True, arguments={"x-queue-type": "quorum", **queue.arguments}
                )
        except ChannelPreconditionFailed as mismatch:
            raise QueueMismatchError(
                f"Queue {queue.name!r} exists with other arguments: {mismatch.args[-1]}. "
                "Delete it when it is empty, or give ours another name (VOYAGE_*_QUEUE)."
            ) from mismatch
        except ChannelAccessRefused:
            async with connection.channel() as channel:
                await channel.declare_queue(queue.name, passive=True)
    if names.reply_exchange:
        await _declare_exchange(connection, names)


async def _declare_exchange(connection: AbstractConnection, names: BrokerSettings) -> None:
    try:
        async with connection.channel() as channel:
            exchange = await channel.declare_exchange(names.reply_exchange, durable=True)
            for queue in queues(names):
                await (await channel.get_queue(queue.name)).bind(exchange, queue.name)
    except ChannelAccessRefused:
        async with connection.channel() as channel:
            await channel.declare_exchange(names.reply_exchange, passive=True)
