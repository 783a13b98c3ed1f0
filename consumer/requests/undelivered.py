"""Requests that RabbitMQ took out of their queue itself: answered and dead-lettered too.

Among them wait the dead letters for which there is no room: see `DeadLetterPublisher`.
"""

import asyncio
import logging
from dataclasses import dataclass

from consumer.requests.dead_letters import ANSWERED, NO_ROOM, DeadLetterPublisher
from consumer.requests.decision import Reject, Start
from consumer.requests.handler import RequestHandler
from consumer.settings import ConsumerSettings
from publisher.amqp.dead_letter import ERROR, REASON
from publisher.amqp.message import Delivery

log = logging.getLogger(__name__)

BY_POLICY = {"message-ttl", "maxlen"}
WHY = {
    "expired": ("deadline", "expiration: it ran out while the request waited in its queue"),
    "rejected": ("invalid", "Voyage can't handle it, and RabbitMQ refuses to keep it with the reason"),
    "message-ttl": (
        "unavailable",
        "It waited for longer than a policy of RabbitMQ permits (message-ttl): send it again later",
    ),
    "maxlen": (
        "unavailable",
        "Its queue was longer than a policy of RabbitMQ permits (max-length): send it again later",
    ),
    "delivery_limit": (
        "invalid",
        "It was delivered too often without being handled: its consumers crashed, or a policy is too strict",
    ),
}
"""By why a message died, the contract's code and a text."""
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between the tries of a dead letter without room, before the next in the queue get their turn."""


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """Answer for the booking if there is one, else reject the request with this reason."""

    request: Start | Reject
    reject: Reject

    @property
    def order_key(self) -> str | None:
        """As for a request."""
        return self.request.order_key


@dataclass(frozen=True, kw_only=True)
class Held:
    """Try to dead-letter what was answered long ago."""

    reject: Reject

    @property
    def order_key(self) -> None:
        """In any order."""


class UndeliveredHandler:
    """Handles what RabbitMQ took out of the requests queue: each becomes a dead letter or has a booking."""

    def __init__(
        self, settings: ConsumerSettings, requests: RequestHandler, dead_letters: DeadLetterPublisher
    ) -> None:
        self._settings = settings
        self._requests = requests
        self._dead_letters = dead_letters
        self._named: set[str] = set()

    def decide(self, delivery: Delivery) -> Undelivered | Held:
        """What to do, by the message and what RabbitMQ noted in `x-death`."""
        headers = delivery.headers
        if headers.get(ANSWERED) is True:
            code, message = str(headers.get(REASON)), str(headers.get(ERROR))
            return Held(reject=Reject(code=code, message=message, reply_address=None))
        died = cause_of_death(delivery)
        self._name_policy(died)
        code, message = WHY.get(died, ("invalid", f"RabbitMQ took it out of its queue: {died}"))
        request = self._requests.decide(delivery)
        if isinstance(request, Reject):
            return Undelivered(request=request, reject=request)
        return Undelivered(request=request, reject=request.rejected(code, message))

    async def execute(self, decision: Undelivered | Held, delivery: Delivery) -> None:
        """Return when the answer is safe; a booking that an earlier delivery has started answers itself."""
        match decision:
            case Held(reject=reject):
                await self._dead_letter(reject, delivery)
            case Undelivered(request=Start() as start, reject=reject):
                await self._requests.join_or_reject(start, reject, delivery)
            case Undelivered(reject=reject):
                await self._requests.execute(reject, delivery)

    @property
    def for_probes(self) -> "UndeliveredHandler":
        """This one."""
        return self

    async def refuse(self, decision: Undelivered | None, delivery: Delivery, why: str) -> None:
        """As a request that can't be handled."""
        known = decision if isinstance(decision, Undelivered) else None
        await self._requests.refuse(known.request if known else None, delivery, why)

    async def _dead_letter(self, reject: Reject, delivery: Delivery) -> None:
        for pause in PAUSES:
            try:
                return await self._dead_letters.publish(delivery, reject)
            except NO_ROOM:
                await asyncio.sleep(pause)
        return await self._dead_letters.publish_or_set_aside(delivery, reject)

    def _name_policy(self, died: str) -> None:
        if died in BY_POLICY - self._named:
            self._named.add(died)
            queue = self._settings.requests_queue
            log.warning(
                "A policy of RabbitMQ takes requests out of %s (%s): they are answered and dead-lettered. "
                "See rabbitmqctl list_policies and list_operator_policies.",
                queue,
                died,
            )


def cause_of_death(delivery: Delivery) -> str:
    """RabbitMQ's word for why the message died last; `message-ttl` if it expired, but not by itself."""
    deaths = delivery.headers.get("x-death")
    death = deaths[0] if isinstance(deaths, list) and deaths else None
    if not isinstance(death, dict):
        return "unknown"
    if death.get("reason") == "expired" and "original-expiration" not in death:
        return "message-ttl"
    return str(death.get("reason"))
