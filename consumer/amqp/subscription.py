"""Our consumer of one queue, as RabbitMQ knows it: there, or gone."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue, AbstractRobustConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from aiormq import Channel

from publisher.amqp.connection import open_channel

CHANNEL_LOST = (*CONNECTION_EXCEPTIONS, TimeoutError)
"""What a lost channel raises: the broker will deliver again what was not acked on it."""
_BROKER_TIMEOUT = 5.0
Take = Callable[[AbstractIncomingMessage], Awaitable[None]]


class Subscription:
    """Messages of one queue, on a channel of its own, each handed to a callback."""

    def __init__(self, queue: AbstractQueue) -> None:
        self.queue = queue.name
        self._queue = queue
        self._tag: str | None = None

    @classmethod
    async def open(cls, connection: AbstractRobustConnection, queue: str, prefetch: int) -> "Subscription":
        """For a queue that exists, with at most `prefetch` messages not settled; nothing is taken yet."""
        channel = await open_channel(connection, prefetch)
        return cls(await channel.get_queue(queue))

    @property
    def is_consuming(self) -> bool:
        """Whether messages are meant to come."""
        return self._tag is not None

    async def start(self, take: Take) -> None:
        """Let messages come; `take` must return soon, as aio-pika cancels it when the channel dies."""
        self._tag = await self._queue.consume(take)

    async def stop(self) -> None:
        """No more messages; what was taken stays to be settled."""
        if self._tag:
            with suppress(*CHANNEL_LOST):
                async with asyncio.timeout(_BROKER_TIMEOUT):  # aio-pika would wait for a lost connection
                    await self._queue.cancel(self._tag)
            self._tag = None

    async def get(self) -> AbstractIncomingMessage | None:
        """The queue's next message, if there is one."""
        return await self._queue.get(fail=False, timeout=_BROKER_TIMEOUT)

    async def is_alive(self, within: float) -> bool:
        """Whether our consumer is there, by aio-pika's knowledge and by the broker's, asked within seconds.

        Raises one of `CHANNEL_LOST`, also for a queue that is gone or can't be used.
        """
        async with asyncio.timeout(within):
            channel = cast("Channel", await self._queue.channel.get_underlay_channel())
            # A look at a queue that is gone closes the channel that looks.
            looking = await channel.connection.channel(publisher_confirms=False)
            try:
                declared = await looking.queue_declare(self._queue.name, passive=True)
            finally:
                await looking.close()
        return self._tag in channel.consumers and bool(declared.consumer_count)
