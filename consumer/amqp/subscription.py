"""Our consumer of one queue, as RabbitMQ knows it: there, or gone."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from aiormq import Channel

from publisher.amqp.connection import open_channel
from publisher.amqp.reconnecting import ReconnectingConnection
from voyage.runtime.awaiting import ended_within, library_calls

CHANNEL_LOST = (*CONNECTION_EXCEPTIONS, TimeoutError)
"""What a lost channel raises: the broker will deliver again what was not acked on it."""
_BROKER_TIMEOUT = 5.0
Take = Callable[[AbstractIncomingMessage], Awaitable[None]]


class Subscription:
    """Messages of one queue, on a channel of its own, each handed to a callback.

    Whatever meets at the same time, RabbitMQ has one consumer of ours at most.
    """

    def __init__(self, connection: ReconnectingConnection, queue: AbstractQueue) -> None:
        self.queue = queue.name
        self.consumers = 1
        """How many consumers this queue had when RabbitMQ was asked last, ours included."""
        self._connection = connection
        self._queue = queue
        self._tag: str | None = None
        self._changing = asyncio.Lock()

    @classmethod
    async def open(cls, connection: ReconnectingConnection, queue: str, prefetch: int) -> "Subscription":
        """With at most `prefetch` messages not settled; nothing is taken yet, so the queue may come later."""
        channel = await open_channel(connection, prefetch)
        return cls(connection, await channel.get_queue(queue, ensure=False))

    @property
    def is_consuming(self) -> bool:
        """Whether messages are meant to come."""
        return self._tag is not None

    async def start(self, take: Take) -> None:
        """Let messages come; `take` must return soon, as aio-pika cancels it when the channel dies.

        Raises one of `CHANNEL_LOST`; with nobody to answer, after seconds.
        """
        async with self._changing:
            if self._tag is None:
                async with asyncio.timeout(_BROKER_TIMEOUT):
                    with library_calls():
                        self._tag = await self._queue.consume(take)

    async def stop(self) -> None:
        """No more messages; what was taken stays to be settled."""
        async with self._changing:
            if self._tag:
                with suppress(*CHANNEL_LOST):
                    async with asyncio.timeout(_BROKER_TIMEOUT):  # aio-pika would wait for a lost connection
                        with library_calls():
                            await self._queue.cancel(self._tag)
                self._tag = None

    async def mend(self) -> bool:
        """Whether its connection works; a silent one is dropped, and aio-pika consumes again on the next."""
        return await self._connection.mend()

    async def leave_if_silent(self) -> None:
        """See `ReconnectingConnection.leave_if_silent`."""
        await self._connection.leave_if_silent()

    async def get(self) -> AbstractIncomingMessage | None:
        """The queue's next message, if there is one."""
        async with asyncio.timeout(_BROKER_TIMEOUT):
            with library_calls():
                return await self._queue.get(fail=False)

    async def waiting(self) -> int:
        """How many messages wait in its queue, which is there; raises one of `CHANNEL_LOST`."""
        channel = cast("Channel", await self._queue.channel.get_underlay_channel())
        with library_calls():
            looking = channel.queue_declare(self._queue.name, passive=True)
            return (await ended_within(_BROKER_TIMEOUT, looking)).message_count or 0

    async def is_alive(self, within: float) -> bool:
        """Whether our consumer is there, by aio-pika's knowledge and by the broker's, asked within seconds.

        Raises one of `CHANNEL_LOST`, also for a queue that is gone or can't be used.
        """
        return await ended_within(within, self._is_alive())

    async def _is_alive(self) -> bool:
        channel = cast("Channel", await self._queue.channel.get_underlay_channel())
        # A look at a queue that is gone closes the channel that looks.
        looking = await channel.connection.channel(publisher_confirms=False)
        try:
            declared = await looking.queue_declare(self._queue.name, passive=True)
        finally:
            await looking.close()
        self.consumers = max(declared.consumer_count or 0, 1)
        return self._tag in channel.consumers and bool(declared.consumer_count)


async def give_back(message: AbstractIncomingMessage) -> None:
    """Return a message to its queue; on a channel that is gone, RabbitMQ has it back already."""
    with suppress(*CHANNEL_LOST), library_calls():
        await message.nack(requeue=True)
