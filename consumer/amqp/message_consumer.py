"""Taking messages: each delivery gets a task of its own, and is acked when its handler has returned."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aio_pika.abc import AbstractIncomingMessage

from consumer.amqp.circuit_breaker import CircuitBreaker
from consumer.amqp.subscription import CHANNEL_LOST, Subscription
from consumer.errors import TemporalUnavailableError
from consumer.metrics import QUEUE_WAIT, seconds_since, watch_consumer
from consumer.reply_address import trace_of
from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.message import Delivery
from publisher.errors import BrokerError, PublishingError
from saga.errors import DecryptionError
from voyage.runtime import logs, tracing

Handler = Callable[[Delivery], Awaitable[None]]
log = logging.getLogger(__name__)

RETRY = 1.0  # seconds before a message in flight is tried again


class MessageConsumer:
    """Consumes one queue, with at most `prefetch` messages in flight, and pauses while Temporal is away.

    While the circuit is open, messages wait in the broker, and one of them probes again and again; when that
    works, consuming goes on. Nothing is rejected, and waiting brings no message nearer to its delivery limit.
    """

    def __init__(
        self,
        subscription: Subscription,
        handle: Handler,
        publisher: ConfirmedPublisher,
        settings: ConsumerSettings,
    ) -> None:
        self.queue = subscription.queue
        self.subscription = subscription
        self._handle = handle
        self._publisher = publisher
        self._settings = settings
        self._in_flight: set[asyncio.Task[None]] = set()
        self._circuit = CircuitBreaker(settings.circuit_breaker_threshold)
        self._probing: asyncio.Task[None] | None = None
        watch_consumer(self.queue, lambda: len(self._in_flight), lambda: self.is_paused)
        self._queue_wait = QUEUE_WAIT.labels(self.queue)

    @property
    def is_paused(self) -> bool:
        """Whether it waits for Temporal."""
        return self._circuit.is_open

    async def restart(self) -> None:
        """Take messages anew, as the broker's consumer that was there is gone."""
        if not self.is_paused:
            await self.subscription.stop()
            await self.start()

    async def start(self) -> None:
        """Begin to take messages."""
        await self.subscription.start(self._take)

    async def stop(self) -> None:
        """Take no more, and let what is in flight finish; what doesn't, the broker will deliver again."""
        if self._probing:
            self._probing.cancel()
        await self.subscription.stop()
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=self._settings.drain_timeout)
        for task in self._in_flight:
            task.cancel()

    async def _take(self, message: AbstractIncomingMessage) -> None:
        # aio-pika cancels a callback when its channel dies; the work goes on in a task of our own.
        task = asyncio.create_task(self._process(message))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)

    async def _process(self, message: AbstractIncomingMessage) -> None:
        delivery = Delivery.from_message(message)
        logs.bind(delivery_tag=message.delivery_tag)
        if delivery.timestamp:
            self._queue_wait.observe(seconds_since(delivery.timestamp))
        while not await self._handled(message, delivery):
            if self.is_paused:
                with suppress(*CHANNEL_LOST):
                    await self._publisher.requeue(message, self.queue)
                return
            await asyncio.sleep(RETRY)

    async def _handled(self, message: AbstractIncomingMessage, delivery: Delivery) -> bool:
        """Handle and settle a message; False if it can be handled later, but not now."""
        try:
            with tracing.consuming(self.queue, trace_of(delivery)):
                await self._handle(delivery)
        except TemporalUnavailableError as error:
            if self._circuit.failed():
                log.warning("Temporal can't take messages of %s (%s): consuming pauses", self.queue, error)
                self._probing = asyncio.create_task(self._probe_until_one_works())
            return False
        except (BrokerError, PublishingError, DecryptionError) as error:
            log.warning("Message %s waits: %s", delivery.message_id, error)
            return False
        except Exception:
            log.exception("Message %s can't be handled; back to the queue", delivery.message_id)
            await asyncio.sleep(RETRY)
            with suppress(*CHANNEL_LOST):
                await message.nack(requeue=True)  # the delivery limit bounds how often
            return True
        self._circuit.succeeded()
        with suppress(*CHANNEL_LOST):
            await message.ack()
        return True

    async def _probe_until_one_works(self) -> None:
        await self.subscription.stop()
        while not await self._probe():
            await asyncio.sleep(self._settings.probe_interval)
        self._circuit.close()
        self._probing = None
        while not self.subscription.is_consuming:
            try:
                await self.start()
            except CHANNEL_LOST:  # the broker is away as well
                await asyncio.sleep(RETRY)
        log.info("Temporal takes messages of %s again: consuming goes on", self.queue)

    async def _probe(self) -> bool:
        """Try one message until it works; whether the queue's next one may be taken."""
        try:
            message = await self.subscription.get()
        except CHANNEL_LOST:
            return False
        if message is None:
            return True
        delivery = Delivery.from_message(message)
        while not await self._handled(message, delivery):
            await asyncio.sleep(self._settings.probe_interval)
        return True
