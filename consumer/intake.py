"""Taking messages: each delivery gets a task of its own, and is acked when its handler has returned."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

import stamina
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection, AbstractRobustQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from consumer.delivery import Delivery
from consumer.errors import TemporalUnavailableError
from publisher.errors import VoyageError

PAUSE = 1.0  # seconds before a message that can't be handled goes back

Handler = Callable[[Delivery], Awaitable[None]]
log = logging.getLogger(__name__)


class Intake:
    """Consumes one queue. At most `prefetch` messages are in hand; the rest wait in the broker."""

    def __init__(self, queue: AbstractRobustQueue, handle: Handler) -> None:
        self._queue = queue
        self._handle = handle
        self._in_hand: set[asyncio.Task[None]] = set()
        self._tag: str | None = None

    @classmethod
    async def open(
        cls, connection: AbstractRobustConnection, queue_name: str, prefetch: int, handle: Handler
    ) -> "Intake":
        """An intake for a queue that exists, on a channel of its own, not yet taking."""
        channel = await connection.channel()
        await channel.set_qos(prefetch)
        return cls(await channel.get_queue(queue_name), handle)  # type: ignore[arg-type]

    async def start(self) -> None:
        """Begin to take messages."""
        self._tag = await self._queue.consume(self._take)

    async def stop(self, drain_timeout: float) -> None:
        """Take no more, and let what is in hand finish; what doesn't, the broker will deliver again."""
        if self._tag:
            with suppress(*CONNECTION_EXCEPTIONS, TimeoutError):
                await self._queue.cancel(self._tag, timeout=drain_timeout)
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=drain_timeout)
        for task in self._in_hand:
            task.cancel()

    async def _take(self, message: AbstractIncomingMessage) -> None:
        # aio-pika cancels a callback when its channel dies; the work goes on in a task of our own.
        task = asyncio.create_task(self._process(message))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _process(self, message: AbstractIncomingMessage) -> None:
        try:
            await self._handle_until_done(Delivery.of(message))
        except Exception:
            log.exception("Message %s can't be handled; back to the queue", message.message_id)
            await asyncio.sleep(PAUSE)
            settle = message.nack(requeue=True)  # the delivery limit bounds how often
        else:
            settle = message.ack()
        with suppress(*CONNECTION_EXCEPTIONS):  # its channel is gone: the broker delivers it again
            await settle

    async def _handle_until_done(self, delivery: Delivery) -> None:
        waits = stamina.retry_context(
            on=(TemporalUnavailableError, VoyageError), attempts=None, timeout=None, wait_max=5
        )
        async for attempt in waits:
            with attempt:
                try:
                    await self._handle(delivery)
                except (TemporalUnavailableError, VoyageError) as error:
                    log.warning("Message %s waits: %s", delivery.message_id, error)
                    raise
