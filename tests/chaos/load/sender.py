"""Sends what was drawn, as a careful client does: with confirms, and again until confirmed."""

import asyncio
from collections.abc import Sequence

from aio_pika import Message

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import open_connection
from publisher.amqp.message import new_message
from publisher.contract.control import CANCEL_TYPE, CancelRequest
from publisher.contract.request import REQUEST_TYPE
from publisher.errors import PublishNackedError, PublishTimeoutError, UndeliverableError
from publisher.settings import BrokerSettings
from tests.chaos.load.orders import PATIENT, Order
from tests.chaos.load.poison import Poison
from tests.poll import eventually

# A deleted queue is made again; what a minority of nodes can't store, it refuses.
_NOT_TAKEN = (PublishTimeoutError, PublishNackedError, UndeliverableError)
CONFIRMED_WITHIN = 300.0  # seconds, far longer than RabbitMQ or a queue is gone


class Load:
    """Sends on one connection, which comes back by itself."""

    def __init__(self, publisher: ConfirmedPublisher, names: BrokerSettings) -> None:
        self._publisher = publisher
        self._names = names
        self.sent = 0

    async def send_all(self, messages: Sequence[Order | Poison]) -> None:
        """Send each at its time; return when RabbitMQ has them all safe."""
        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as sending:
            for message in messages:
                await _until(began + message.at)
                if isinstance(message, Poison):
                    sending.create_task(self._poison(message))
                else:
                    sending.create_task(self._order(message))

    async def _order(self, order: Order) -> None:
        now = asyncio.get_running_loop().time()
        cancel_after = order.cancel_after
        async with asyncio.TaskGroup() as sending:
            if cancel_after is not None:
                sending.create_task(self._cancel(order, now + max(cancel_after, 0.0)))
                now += max(-cancel_after, 0.0)
            for correlation_id in order.correlation_ids:
                later = order.again_after or 0.0 if correlation_id != order.booking_id else 0.0
                sending.create_task(self._request(order, correlation_id, now + later))

    async def _request(self, order: Order, correlation_id: str, when: float) -> None:
        await _until(when)
        named = {"name": "Jane Smith", "attempts": PATIENT, "booking_id": order.booking_id}
        request = order.trip.model_validate({**order.details, **order.items, **named})
        await self._until_confirmed(
            new_message(request.to_body(), REQUEST_TYPE, correlation_id=correlation_id),
            self._names.requests_queue,
        )

    async def _cancel(self, order: Order, when: float) -> None:
        await _until(when)
        body = CancelRequest(booking_id=order.booking_id).to_body()
        await self._until_confirmed(new_message(body, CANCEL_TYPE), self._names.control_queue)

    async def _poison(self, poison: Poison) -> None:
        names = self._names
        queue = names.requests_queue if poison.is_request else names.control_queue
        await self._until_confirmed(poison.message(), queue)

    async def _until_confirmed(self, message: Message, queue: str) -> None:
        async def confirmed() -> bool:
            try:
                await self._publisher.publish(message, queue)
            except _NOT_TAKEN:
                return False
            self.sent += 1
            return True

        await eventually(f"RabbitMQ to take a message for {queue}", confirmed, CONFIRMED_WITHIN)


async def send(messages: Sequence[Order | Poison], settings: BrokerSettings) -> int:
    """Send everything by the broker that the settings name; how many messages that took."""
    async with await open_connection(settings, "chaos load") as connection:
        load = Load(await ConfirmedPublisher.open(connection, settings.publish_timeout), settings)
        await load.send_all(messages)
        return load.sent


async def _until(when: float) -> None:
    await asyncio.sleep(when - asyncio.get_running_loop().time())
