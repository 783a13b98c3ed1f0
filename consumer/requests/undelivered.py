"""Requests that RabbitMQ dead-lettered itself, expired or delivered too often: they are answered too."""

from dataclasses import dataclass

from consumer.requests.decision import Reject, Start
from consumer.requests.handler import RequestHandler
from consumer.settings import ConsumerSettings
from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.message import Delivery

WHY = {
    "expired": ("deadline", "expiration: it ran out while the request waited in its queue"),
    "rejected": ("invalid", "Voyage can't handle it, and RabbitMQ refuses to keep it with the reason"),
    "delivery_limit": ("invalid", "It was delivered too often without being handled: its consumers crashed"),
}
"""By RabbitMQ's word for why a message died, the contract's code and a text."""


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """Answer for the booking if there is one, else reject the request with this reason."""

    request: Start | Reject
    reject: Reject

    @property
    def order_key(self) -> str | None:
        """As for a request."""
        return self.request.order_key


class UndeliveredHandler:
    """Handles what RabbitMQ took out of the requests queue: each becomes a dead letter or has a booking."""

    def __init__(self, settings: ConsumerSettings, requests: RequestHandler) -> None:
        self._settings = settings
        self._requests = requests

    def decide(self, delivery: Delivery) -> Undelivered:
        """What to do, by the message and what RabbitMQ noted in `x-death`."""
        died = DeadLetter.from_delivery(delivery).reason
        code, message = WHY.get(died, ("invalid", f"RabbitMQ took it out of its queue: {died}"))
        request = self._requests.decide(delivery)
        if isinstance(request, Reject):
            return Undelivered(request=request, reject=request)
        reject = Reject(
            code=code, message=message, reply_address=request.reply_address, booking_id=request.booking_id
        )
        return Undelivered(request=request, reject=reject)

    async def execute(self, decision: Undelivered, delivery: Delivery) -> None:
        """Return when the answer is safe; a booking that an earlier delivery has started answers itself."""
        match decision.request:
            case Start() as start:
                await self._requests.join_or_reject(start, decision.reject, delivery)
            case Reject():
                await self._requests.execute(decision.reject, delivery)

    async def refuse(self, decision: Undelivered | None, delivery: Delivery, why: str) -> None:
        """As a request that can't be handled."""
        await self._requests.refuse(decision.request if decision else None, delivery, why)
