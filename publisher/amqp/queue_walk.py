"""A walk through a queue that leaves it as it is: one message in memory at a time, all put back in order.

RabbitMQ has no look without taking: a message that is walked past is held, and nobody else sees it, until the
walk ends. A prefetch would count messages, not bytes, so each is asked for by itself.

A quorum queue keeps what was returned in a queue of its own, before the others: the order stays if a walk
takes all of these and returns them one by one. RabbitMQ sends them on as they come while fewer than 32 wait,
and in any order otherwise; also when a connection dies, it returns them in any order.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import cast

from aio_pika import IncomingMessage
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from aiormq import Channel, spec
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import ChannelClosed, ChannelInvalidStateError

from publisher.amqp.connection import open_channel
from publisher.errors import BrokerUnreachableError
from voyage.runtime.awaiting import library_calls, stop_if_cancelled

TIMEOUT = 60.0  # seconds for one message
_RETURNED_AT_ONCE = 16
_RETURN_TIMEOUT = 5.0  # seconds until those are back, unless somebody else takes them
_PAUSE = 0.001
_LOST = (
    "The connection to RabbitMQ was lost half-way. Nothing is lost: "
    "what was not handled is in its queue again. Run the command again."
)
_PASSED_AT_ONCE = 32
_PASS_TIMEOUT = 10.0  # seconds for those


class QueueWalk:
    """Goes through the messages that are in a queue when it begins, and not those that come meanwhile."""

    def __init__(self, channel: Channel, queue: str, count: int) -> None:
        self._channel = channel
        self._queue = queue
        self._left = count
        self._held = list[int]()
        self._was_returned = True

    async def messages(self) -> AsyncIterator[AbstractIncomingMessage]:
        """The messages, each held from then on. Raises `BrokerUnreachableError` if the connection is lost."""
        while message := await self._take():
            yield message

    async def remove(self) -> None:
        """Ack the message that came last: it is not put back."""
        with _told_if_lost():
            await self._channel.basic_ack(self._held.pop())

    async def go_past_returned(self) -> None:
        """Take what was returned by earlier walks, so that all of it goes back in order."""
        while self._was_returned and self._left:
            await self._pass_by(min(_PASSED_AT_ONCE, self._left))

    async def put_back(self) -> None:
        """Return what is held, in order; a lost connection has done so."""
        with suppress(*CONNECTION_EXCEPTIONS, ChannelInvalidStateError, ChannelClosed):
            ready, alone = await message_count(self._channel, self._queue), True
            for start in range(0, len(self._held), _RETURNED_AT_ONCE):
                batch = self._held[start : start + _RETURNED_AT_ONCE]
                for tag in batch:
                    await self._channel.basic_nack(tag, requeue=True, wait=False)
                ready += len(batch)
                alone = alone and await self._are_ready(ready)

    async def _are_ready(self, wanted: int) -> bool:
        """Whether so many messages are ready, soon; not if somebody else takes them."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_RETURN_TIMEOUT):
                while await message_count(self._channel, self._queue) < wanted:
                    await asyncio.sleep(_PAUSE)
                return True
        return False

    async def _pass_by(self, count: int) -> None:
        """Hold the next messages; their bodies are let go as they come."""
        all_held = asyncio.Event()
        wanted = len(self._held) + count

        async def hold(message: DeliveredMessage) -> None:
            self._hold(message)
            if len(self._held) == wanted:
                all_held.set()

        with _told_if_lost():
            await self._channel.basic_qos(prefetch_count=count)
            consumer = await self._channel.basic_consume(self._queue, hold)
            try:
                async with asyncio.timeout(_PASS_TIMEOUT):
                    await all_held.wait()
            except TimeoutError:
                self._left = 0
            finally:
                await self._channel.basic_cancel(cast("str", consumer.consumer_tag))

    def _hold(self, message: DeliveredMessage) -> None:
        self._left -= 1
        self._held.append(cast("int", message.delivery_tag))
        self._was_returned = bool(message.redelivered)

    async def _take(self) -> AbstractIncomingMessage | None:
        stop_if_cancelled()
        if not self._left:
            return None
        with _told_if_lost():
            got = await self._channel.basic_get(self._queue, timeout=TIMEOUT)
        if isinstance(got.delivery, spec.Basic.GetEmpty):
            self._left = 0
            return None
        self._hold(got)
        return IncomingMessage(got)


@asynccontextmanager
async def walking(connection: AbstractRobustConnection, queue: str) -> AsyncIterator[QueueWalk]:
    """A walk; at its end, what it holds is put back, also after an error or Ctrl-C."""
    robust = await open_channel(connection)
    # A channel that opened again would begin with the first message, and know nothing of those held.
    channel = cast("Channel", await robust.get_underlay_channel())
    walk = QueueWalk(channel, queue, await message_count(channel, queue))
    try:
        yield walk
        await walk.go_past_returned()
    finally:
        await walk.put_back()
        await robust.close()


async def message_count(channel: Channel, queue: str) -> int:
    """How many messages of a queue nobody holds."""
    return (await channel.queue_declare(queue, passive=True)).message_count or 0


@contextmanager
def _told_if_lost() -> Iterator[None]:
    """Say what a lost connection means to whoever walks."""
    try:
        with library_calls():
            yield
    except (ChannelInvalidStateError, TimeoutError, ConnectionError) as lost:
        raise BrokerUnreachableError(_LOST) from lost
