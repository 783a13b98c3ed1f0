"""Reading results: a reply queue of one's own for `book`, and a stream for whoever reads a shared queue."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Self
from uuid import uuid4

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue, AbstractRobustConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from pydantic import ValidationError

from publisher import broker
from publisher.models import BookingResult
from publisher.settings import BrokerSettings

log = logging.getLogger(__name__)

PREFETCH = 100
LIFETIME = 30 * 60 * 1000  # milliseconds that a reply queue outlives its client
REMEMBERED = 10_000  # answers among which repeats are recognised


def read(message: AbstractIncomingMessage) -> BookingResult | None:
    """The result in a message, or None, logged, for something else."""
    try:
        return BookingResult.model_validate_json(message.body)
    except ValidationError:
        log.warning("Message %s is not a booking result; dropped", message.message_id)
        return None


class ReplyQueue:
    """A queue for this client's results, told apart by correlation id. It outlives a lost connection."""

    def __init__(self, queue: AbstractQueue) -> None:
        self._queue = queue
        self._tag = ""
        self.name = queue.name
        self._expected: dict[str, asyncio.Future[BookingResult]] = {}

    @classmethod
    async def open(cls, connection: AbstractRobustConnection, names: BrokerSettings) -> Self:
        """Declare `<results queue>.<random>`, which the contract's allow-list permits, and consume it."""
        channel = await broker.open_channel(connection, PREFETCH)
        queue = await channel.declare_queue(
            f"{names.results_queue}.{uuid4().hex}", durable=True, arguments={"x-expires": LIFETIME}
        )
        if names.reply_exchange:
            await queue.bind(names.reply_exchange, queue.name)
        replies = cls(queue)
        replies._tag = await queue.consume(replies._on_message)
        return replies

    @contextmanager
    def expect(self, correlation_id: str) -> Iterator[asyncio.Future[BookingResult]]:
        """A future for the result with this correlation id; one that comes later is dropped."""
        future = asyncio.get_running_loop().create_future()
        self._expected[correlation_id] = future
        try:
            yield future
        finally:
            del self._expected[correlation_id]

    async def close(self) -> None:
        """Delete the queue; with the broker away it expires by itself."""
        with suppress(*CONNECTION_EXCEPTIONS, TimeoutError):
            await self._queue.cancel(self._tag, timeout=5)
            await self._queue.delete(if_unused=False, if_empty=False, timeout=5)

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        result = read(message)
        future = self._expected.get(message.correlation_id or "")
        if result and future and not future.done():
            future.set_result(result)
        await _ack(message)


async def stream(
    connection: AbstractRobustConnection, queue_name: str, count: int | None = None
) -> AsyncIterator[BookingResult]:
    """Results of a queue, each acked when the next is asked for, repeats dropped; `count` of them or all."""
    channel = await broker.open_channel(connection, PREFETCH)
    queue = await channel.get_queue(queue_name, ensure=True)
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    seen: OrderedDict[tuple[str | None, str | None], None] = OrderedDict()
    tag = await queue.consume(arrived.put)
    try:
        while count is None or len(seen) < count:
            message = await arrived.get()
            key = (message.correlation_id, message.message_id)
            result = None if key in seen else read(message)
            if result:
                yield result
                seen[key] = None
                if count is None and len(seen) > REMEMBERED:
                    seen.popitem(last=False)
            await _ack(message)
    finally:
        with suppress(*CONNECTION_EXCEPTIONS):
            await queue.cancel(tag)
            await channel.close()


async def _ack(message: AbstractIncomingMessage) -> None:
    with suppress(*CONNECTION_EXCEPTIONS):  # its channel is gone: the broker will deliver it again
        await message.ack()
