"""Dead letters from a person's side: look at them, send them in again through the front door, drop them."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Self

from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import open_channel
from publisher.amqp.message import HEADERS_CUT, Delivery
from publisher.contract.identity import hash_of
from publisher.errors import NotEditableError
from publisher.settings import BrokerSettings

REASON, ERROR, TIME = "x-reason", "x-error", "x-dead-lettered-at"


@dataclass(frozen=True)
class DeadLetter:
    """A message that could not become a booking: what it says, why it was kept, and since when."""

    delivery: Delivery
    reason: str
    error: str
    time: str

    @classmethod
    def from_delivery(cls, delivery: Delivery) -> Self:
        """Read what the consumer, or RabbitMQ's delivery limit, noted in the headers."""
        deaths = delivery.headers.get("x-death")
        death = deaths[0] if isinstance(deaths, list) and deaths else {}
        death = death if isinstance(death, dict) else {}
        died = death.get("time")
        return cls(
            delivery=delivery,
            reason=str(delivery.headers.get(REASON) or death.get("reason") or "unknown"),
            error=str(delivery.headers.get(ERROR) or ""),
            time=str(delivery.headers.get(TIME) or (died.isoformat() if isinstance(died, datetime) else "")),
        )

    @property
    def id(self) -> str:
        """By what it is selected: its message id, or a hash of its body."""
        return self.delivery.message_id or sha256(self.delivery.body).hexdigest()[:16]

    def to_replay(self, changes: Mapping[str, Any]) -> Delivery:
        """The message as it was, or with some fields of its body changed and the same booking id.

        Raises `NotEditableError` for a body that is no JSON object.
        """
        noted = {REASON, ERROR, TIME, HEADERS_CUT, "x-death", "x-first-death-exchange", "x-first-death-queue"}
        headers = {
            k: v for k, v in self.delivery.headers.items() if k not in noted | {"x-first-death-reason"}
        }
        if not changes:
            return replace(self.delivery, headers=headers)
        try:
            body = dict(json.loads(self.delivery.body))
        except (ValueError, TypeError):
            raise NotEditableError(f"The body of {self.id} is no JSON object; drop it instead.") from None
        if not self.delivery.message_id:
            body.setdefault("booking_id", hash_of(self.delivery.body, self.delivery.correlation_id))
        return replace(self.delivery, headers=headers, body=json.dumps({**body, **changes}).encode())


Selection = Callable[[DeadLetter], bool]


class DeadLetterQueue:
    """The dead-letter queue, with all its messages held unacked while a method runs."""

    def __init__(
        self, connection: AbstractRobustConnection, publisher: ConfirmedPublisher, names: BrokerSettings
    ) -> None:
        self._connection = connection
        self._publisher = publisher
        self._names = names

    async def browse(self) -> list[DeadLetter]:
        """All dead letters; they stay where they are."""
        async with self._held() as held:
            return [letter for letter, _ in held]

    async def replay(self, selected: Selection, changes: Mapping[str, Any]) -> list[DeadLetter]:
        """Send the selected ones in again, each confirmed before it leaves this queue; return them.

        Interrupted half-way, a message may be in both queues, never in none, and its id makes that harmless.
        """

        async def send(letter: DeadLetter) -> None:
            message = letter.to_replay(changes).to_message()
            await self._publisher.publish(message, self._names.requests_queue)

        return await self._remove(selected, send)

    async def drop(self, selected: Selection) -> list[DeadLetter]:
        """Remove the selected ones for good; return them."""

        async def forget(_: DeadLetter) -> None:
            return

        return await self._remove(selected, forget)

    async def _remove(
        self, selected: Selection, first: Callable[[DeadLetter], Awaitable[None]]
    ) -> list[DeadLetter]:
        removed = []
        async with self._held() as held:
            for pair in [pair for pair in held if selected(pair[0])]:
                letter, message = pair
                await first(letter)
                await message.ack()
                held.remove(pair)
                removed.append(letter)
        return removed

    @asynccontextmanager
    async def _held(self) -> AsyncIterator[list[tuple[DeadLetter, AbstractIncomingMessage]]]:
        """All messages of the queue; those still in the list at the end go back."""
        channel = await open_channel(self._connection)
        queue = await channel.get_queue(self._names.dead_queue, ensure=False)
        held: list[tuple[DeadLetter, AbstractIncomingMessage]] = []
        try:
            while message := await queue.get(fail=False):
                held.append((DeadLetter.from_delivery(Delivery.from_message(message)), message))
            yield held
        finally:
            for _, message in held:
                await self._publisher.requeue(message, self._names.dead_queue)
            await channel.close()
