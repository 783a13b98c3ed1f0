"""Taking messages: each delivery gets a task of its own, and is acked when its handler has returned."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aio_pika.abc import AbstractIncomingMessage

from consumer.callers import trace_of
from consumer.errors import TemporalUnavailableError
from consumer.metrics import QUEUE_WAIT, seconds_since, watch_intake
from consumer.settings import ConsumerSettings
from consumer.subscription import GONE, Subscription
from publisher.delivery import Delivery
from publisher.errors import VoyageError
from publisher.handing_back import hand_back
from publisher.publishing import ConfirmedPublisher
from saga.errors import DecryptionError
from telemetry import logs, traces

Handler = Callable[[Delivery], Awaitable[None]]
log = logging.getLogger(__name__)

RETRY = 1.0  # seconds before a message in hand is tried again


class Intake:
    """Consumes one queue, with at most `prefetch` messages in hand, and pauses while Temporal is away.

    While it pauses, messages wait in the broker, and one of them is tried again and again; when that works,
    consuming goes on. Nothing is rejected, and no message comes nearer to its delivery limit by waiting.
    """

    def __init__(
        self,
        subscription: Subscription,
        handle: Handler,
        publisher: ConfirmedPublisher,
        settings: ConsumerSettings,
    ) -> None:
        self.subscription = subscription
        self._handle = handle
        self._publisher = publisher
        self._settings = settings
        self._in_hand: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._pause: asyncio.Task[None] | None = None
        watch_intake(self.queue, lambda: len(self._in_hand), lambda: self.is_paused)
        self._queue_wait = QUEUE_WAIT.labels(self.queue)

    @property
    def queue(self) -> str:
        """The name of its queue."""
        return self.subscription.queue

    @property
    def is_paused(self) -> bool:
        """Whether it waits for Temporal."""
        return self._pause is not None

    async def restart(self) -> None:
        """Take messages anew, as the consumer that was there is gone."""
        if not self._pause:
            await self.subscription.stop()
            await self.start()

    async def start(self) -> None:
        """Begin to take messages."""
        await self.subscription.start(self._take)

    async def stop(self) -> None:
        """Take no more, and let what is in hand finish; what doesn't, the broker will deliver again."""
        if self._pause:
            self._pause.cancel()
        await self.subscription.stop()
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=self._settings.drain_timeout)
        for task in self._in_hand:
            task.cancel()

    async def _take(self, message: AbstractIncomingMessage) -> None:
        # aio-pika cancels a callback when its channel dies; the work goes on in a task of our own.
        task = asyncio.create_task(self._process(message))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _process(self, message: AbstractIncomingMessage) -> None:
        delivery = Delivery.of(message)
        logs.about(delivery_tag=message.delivery_tag)
        if delivery.timestamp:
            self._queue_wait.observe(seconds_since(delivery.timestamp))
        while not await self._handled(message, delivery):
            if self._pause:
                with suppress(*GONE):
                    await hand_back(message, self._publisher, self.queue)
                return
            await asyncio.sleep(RETRY)

    async def _handled(self, message: AbstractIncomingMessage, delivery: Delivery) -> bool:
        """Handle and settle a message; False if it can be handled later, but not now."""
        try:
            with traces.consuming(self.queue, trace_of(delivery)):
                await self._handle(delivery)
        except TemporalUnavailableError as error:
            self._count_failure(error)
            return False
        except (VoyageError, DecryptionError) as error:
            log.warning("Message %s waits: %s", delivery.message_id, error)
            return False
        except Exception:
            log.exception("Message %s can't be handled; back to the queue", delivery.message_id)
            await asyncio.sleep(RETRY)
            with suppress(*GONE):
                await message.nack(requeue=True)  # the delivery limit bounds how often
            return True
        self._failures = 0
        with suppress(*GONE):
            await message.ack()
        return True

    def _count_failure(self, error: TemporalUnavailableError) -> None:
        self._failures += 1
        if self._failures >= self._settings.pause_after and not self._pause:
            log.warning("Temporal can't take messages of %s (%s): consuming pauses", self.queue, error)
            self._pause = asyncio.create_task(self._pause_until_one_works())

    async def _pause_until_one_works(self) -> None:
        await self.subscription.stop()
        while not await self._try_one():
            await asyncio.sleep(self._settings.probe_interval)
        self._pause, self._failures = None, 0
        while not self.subscription.is_on:
            try:
                await self.start()
            except GONE:  # the broker is away as well
                await asyncio.sleep(RETRY)
        log.info("Temporal takes messages of %s again: consuming goes on", self.queue)

    async def _try_one(self) -> bool:
        """Try one message until it works; whether the queue's next one may be taken."""
        try:
            message = await self.subscription.get()
        except GONE:
            return False
        if message is None:
            return True
        delivery = Delivery.of(message)
        while not await self._handled(message, delivery):
            await asyncio.sleep(self._settings.probe_interval)
        return True
