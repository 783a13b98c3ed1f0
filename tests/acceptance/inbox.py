"""A client that is not ours: plain aio-pika messages, and an inbox for their answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from aio_pika import Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue

from consumer.settings import ConsumerSettings
from tests.poll import eventually

TRIP: Mapping[str, Any] = {"name": "Jane Smith", "car": "c", "hotel": "h", "flight": "f"}


def trip(**changes: object) -> dict[str, object]:
    """A request with an id of its own."""
    return {**TRIP, "booking_id": uuid4().hex, **changes}


async def next_message(queue: AbstractQueue, what: str, within: float = 30.0) -> AbstractIncomingMessage:
    async def look() -> AbstractIncomingMessage | None:
        return await queue.get(fail=False, no_ack=True)

    return await eventually(what, look, within)


@dataclass
class Inbox:
    """A reply queue of the test's own, and messages that ask for answers to it."""

    channel: AbstractChannel
    queue: AbstractQueue
    settings: ConsumerSettings

    @classmethod
    async def open(cls, channel: AbstractChannel, settings: ConsumerSettings) -> "Inbox":
        name = f"{settings.results_queue}.{uuid4().hex}"
        return cls(channel, await channel.declare_queue(name, exclusive=True), settings)

    async def send(self, body: bytes | Mapping[str, Any], **properties: Any) -> None:
        """To the requests queue, asking for the answer here."""
        await self._publish(body, self.settings.requests_queue, properties)

    async def control(self, kind: str, body: bytes | Mapping[str, Any], **properties: Any) -> None:
        """To the control queue, asking for the answer here."""
        await self._publish(body, self.settings.control_queue, {"type": kind, **properties})

    async def answer(self, what: str = "an answer", within: float = 30.0) -> dict[str, Any]:
        """The next answer, with the ids and the type of its message beside its body."""
        message = await next_message(self.queue, what, within)
        ids = {"message_id": message.message_id, "correlation_id": message.correlation_id}
        return {**json.loads(message.body), **ids, "type": message.type}

    async def answer_to(self, correlation_id: str) -> dict[str, Any]:
        """The answer with this correlation id; others are thrown away."""
        while (answer := await self.answer())["correlation_id"] != correlation_id:
            pass
        return answer

    async def until_cancel_is_known(self, booking_id: str) -> dict[str, Any]:
        """The status of a booking whose cancel came before its request; they travel in two queues."""
        status = {"status": "unknown_booking"}
        while status["status"] == "unknown_booking":
            own = uuid4().hex
            await self.control("booking.status", {"booking_id": booking_id}, correlation_id=own)
            status = await self.answer_to(own)
        return status

    async def dead_letter(self, message_id: str) -> AbstractIncomingMessage:
        """The dead letter with this message id; others, which earlier tests left, are thrown away."""
        return await self._kept(self.settings.dead_queue, lambda letter: letter.message_id == message_id)

    async def parked(self, reply_to: str) -> AbstractIncomingMessage:
        """The parked result for this queue; others, which earlier tests left, are thrown away."""
        return await self._kept(
            self.settings.parked_queue, lambda result: result.headers["x-reply-to"] == reply_to
        )

    async def depth(self, queue: str) -> int:
        declared = await self.channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0

    async def _kept(
        self, queue: str, is_wanted: Callable[[AbstractIncomingMessage], bool]
    ) -> AbstractIncomingMessage:
        kept = await self.channel.get_queue(queue)
        while not is_wanted(message := await next_message(kept, f"the message in {queue}")):
            pass
        return message

    async def _publish(
        self, body: bytes | Mapping[str, Any], queue: str, properties: Mapping[str, Any]
    ) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        message = Message(raw, **{"reply_to": self.queue.name, **properties})
        await self.channel.default_exchange.publish(message, queue)
