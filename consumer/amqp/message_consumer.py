"""Taking messages: each delivery gets a task of its own, and is acked when it is settled."""

import asyncio
import logging
from contextlib import suppress
from typing import Generic

from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage

from consumer.amqp.circuit_breaker import CircuitBreaker
from consumer.amqp.keyed_order import KeyedOrder
from consumer.amqp.message_handler import D, MessageHandler
from consumer.amqp.pause import Pause
from consumer.amqp.settlement import RETRY, Settlement, pause_before
from consumer.amqp.subscription import CHANNEL_LOST, Subscription, give_back
from consumer.errors import StillWaitingError
from consumer.metrics import QUEUE_WAIT, seconds_since, watch_consumer
from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.message import Delivery
from publisher.amqp.ownership import our_copy_of
from publisher.errors import BrokerError, PublishingError
from voyage.runtime import logs
from voyage.runtime.awaiting import library_calls
from voyage.runtime.process import end

log = logging.getLogger(__name__)

_LOOK_INTERVAL = 0.1  # seconds between two looks at whether it has caught up


class MessageConsumer(Generic[D]):
    """Consumes one queue, with at most `prefetch` messages in flight, and pauses while Temporal is away.

    While the circuit is open, messages wait in the broker, and one of them probes again and again; when that
    works, consuming goes on. Nothing is rejected, and waiting brings no message nearer to its delivery limit.
    Messages of one booking are settled one after the other, in the queue's order; others don't wait for them.
    What is taken waits until `may_begin` is set.
    """

    def __init__(
        self,
        subscription: Subscription,
        handler: MessageHandler[D],
        publisher: ConfirmedPublisher,
        settings: ConsumerSettings,
        may_begin: asyncio.Event | None = None,
    ) -> None:
        self.queue = subscription.queue
        self.subscription = subscription
        self._publisher = publisher
        self._settings = settings
        self._may_begin = may_begin
        self._in_flight: set[asyncio.Task[None]] = set()
        self._order = KeyedOrder()
        self._circuit = CircuitBreaker(settings.circuit_breaker_threshold, self._pause)
        self._settlement = Settlement(self.queue, handler, self._circuit)
        probes = Settlement(self.queue, handler.for_probes, self._circuit)
        self._pausing = Pause(subscription, probes, self._circuit, settings.probe_interval, self.start)
        self._stopping = False
        watch_consumer(self.queue, lambda: len(self._in_flight), lambda: self.is_paused)
        self._queue_wait = QUEUE_WAIT.labels(self.queue)

    @property
    def is_paused(self) -> bool:
        """Whether it waits for Temporal."""
        return self._circuit.is_open

    async def restart(self) -> None:
        """Take messages anew, as the broker's consumer that was there is gone; not while it pauses or stops.

        On a connection that is lost or silent, to stop and start would hang.
        """
        if await self.subscription.mend() and not self._pausing.lasts and not self._stopping:
            await self.subscription.stop()
            await self.start()

    async def start(self) -> None:
        """Begin to take messages, unless it was told to stop."""
        if not self._stopping:
            await self.subscription.start(self._take)

    async def catch_up(self, within: float) -> None:
        """Return when nothing waits in its queue and what was taken is settled, or after so many seconds."""
        with suppress(*CHANNEL_LOST):
            async with asyncio.timeout(within):
                while await self.subscription.waiting() or self._in_flight:
                    await asyncio.sleep(_LOOK_INTERVAL)

    async def stop(self) -> None:
        """Take no more, and let what is in flight finish; what doesn't, the broker will deliver again."""
        self._stopping = True
        await self._pausing.end()
        await self.subscription.stop()
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=self._settings.drain_timeout_of(self.queue))
        await end(self._in_flight)

    async def _take(self, message: AbstractIncomingMessage) -> None:
        # aio-pika cancels a callback when its channel dies; the work goes on in a task of our own.
        task = asyncio.create_task(self._process(message))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)

    async def _process(self, message: AbstractIncomingMessage) -> None:
        """Settle a message, or return it: whatever becomes of this task, none stays in between."""
        try:
            with library_calls():
                await self._settle_or_return(message)
        except Exception:
            log.exception("Message %s can't be settled; back to the queue", message.message_id)
            await asyncio.sleep(RETRY)
            await give_back(message)  # the delivery limit bounds how often

    async def _settle_or_return(self, message: AbstractIncomingMessage) -> None:
        delivery = Delivery.from_message(message)
        logs.bind(delivery_tag=message.delivery_tag)
        if delivery.timestamp:
            self._queue_wait.observe(seconds_since(delivery.timestamp))
        decision = self._settlement.decide(delivery)
        if self._may_begin:
            await self._may_begin.wait()
        async with self._order.turn(decision.order_key if decision else None):
            try:
                await self._settle(message, delivery, decision)
            except StillWaitingError:
                await self._return(message)  # else RabbitMQ returns it, when it has been ours for too long

    async def _settle(self, message: AbstractIncomingMessage, delivery: Delivery, decision: D | None) -> None:
        tries = 0
        while not await self._settlement.settle(message, delivery, decision, tries):
            if self.is_paused and await self._return(message):
                return
            await asyncio.sleep(pause_before(tries))
            tries += 1

    async def _return(self, message: AbstractIncomingMessage) -> bool:
        """Back to the queue; False if that needs a copy which can't be published now."""
        try:
            await self._publisher.requeue(message, self.queue, self._copy)
        except CHANNEL_LOST:
            await give_back(message)
        except (BrokerError, PublishingError) as error:
            log.warning("Message %s waits to be returned: %s", message.message_id, error)
            return False
        return True

    def _copy(self, delivery: Delivery) -> Message:
        return our_copy_of(delivery, self._settings)

    def _pause(self, failure: Exception) -> None:
        if not self._stopping:
            about = {"is_change": True}
            log.warning(
                "Temporal can't take messages of %s (%s): consuming pauses", self.queue, failure, extra=about
            )
            self._pausing.begin()
