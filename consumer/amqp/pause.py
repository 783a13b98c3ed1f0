"""The pause of a consumer while Temporal is away: messages wait in RabbitMQ, and one of them probes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic

from aio_pika.abc import AbstractIncomingMessage

from consumer.amqp.circuit_breaker import CircuitBreaker
from consumer.amqp.message_handler import D
from consumer.amqp.settlement import RETRY, Settlement
from consumer.amqp.subscription import CHANNEL_LOST, Subscription, give_back
from publisher.amqp.message import Delivery
from voyage.runtime.awaiting import library_calls
from voyage.runtime.process import end

log = logging.getLogger(__name__)


class Pause(Generic[D]):
    """Begins when the circuit opens, and lasts until messages come again, which `go_on` asks for."""

    def __init__(
        self,
        subscription: Subscription,
        settlement: Settlement[D],
        circuit: CircuitBreaker,
        interval: float,
        go_on: Callable[[], Awaitable[None]],
    ) -> None:
        self._subscription = subscription
        self._settlement = settlement
        self._circuit = circuit
        self._interval = interval
        self._go_on = go_on
        self._probing: asyncio.Task[None] | None = None

    @property
    def lasts(self) -> bool:
        """Whether it has begun and not ended; the circuit is closed a little earlier."""
        return self._probing is not None and not self._probing.done()

    def begin(self) -> None:
        """Take no more, and probe until it works."""
        self._probing = asyncio.create_task(self._until_one_works())

    async def end(self) -> None:
        """Probe no more."""
        if self._probing:
            await end([self._probing])

    async def _until_one_works(self) -> None:
        await self._subscription.stop()
        while not await self._probe():
            await asyncio.sleep(self._interval)
        self._circuit.close()
        while True:
            try:
                await self._go_on()
            except CHANNEL_LOST:  # the broker is away as well
                await asyncio.sleep(RETRY)
            else:
                break
        log.info("Temporal takes messages of %s again: consuming goes on", self._subscription.queue)

    async def _probe(self) -> bool:
        """Try one message until it is settled; whether the queue's next one may be taken."""
        try:
            message = await self._subscription.get()
        except CHANNEL_LOST:
            return False
        if message is None:
            return True
        try:
            with library_calls():
                await self._settle(message)
        except Exception:
            log.exception("Message %s can't be settled; back to the queue", message.message_id)
            await give_back(message)
            return False
        return True

    async def _settle(self, message: AbstractIncomingMessage) -> None:
        delivery, tries = Delivery.from_message(message), 0
        decision = self._settlement.decide(delivery)
        while not await self._settlement.settle(message, delivery, decision, tries):
            await asyncio.sleep(self._interval)
            tries += 1
