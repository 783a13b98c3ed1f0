"""Ordinary requests between the others: each must be booked, and none may wait for what others send."""

import asyncio
import json
import time
from uuid import uuid4

from aio_pika import Message

from tests.fuzz.messages.bodies import OWN
from tests.fuzz.messages.session import WITHIN, Session
from tests.poll import eventually

PACE = 0.03  # seconds from one to the next
TRIP = {"name": f"Bystander {OWN}", "car": "c", "hotel": "h", "flight": "f"}


class Bystanders:
    """Sends them, and measures how long each takes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._inbox = f"{session.names.own_reply_queues}bystanders"

    async def open(self) -> None:
        """Have a queue for the answers."""
        await self._session.new_queue(self._inbox)

    async def book(self, count: int) -> list[float]:
        """So many, one after the other: how many seconds each took to its answer."""
        began = {name: await self._send(name) for name in (uuid4().hex for _ in range(count))}
        answers, at = self._session.seen[self._inbox], self._session.seen_at[self._inbox]
        await eventually("the bystanders' answers", lambda: len(answers) >= count, WITHIN)
        took = [when - began[str(one.correlation_id)] for one, when in zip(answers, at, strict=True)]
        assert {one.correlation_id for one in answers} == set(began), answers
        assert {json.loads(one.body)["status"] for one in answers} == {"booked"}, answers
        answers.clear()
        at.clear()
        return took

    async def _send(self, name: str) -> float:
        await asyncio.sleep(PACE)
        body = json.dumps({**TRIP, "booking_id": name}).encode()
        message = Message(body, reply_to=self._inbox, correlation_id=name, user_id=self._session.names.user)
        began = time.monotonic()
        requests = self._session.world.settings.requests_queue
        await self._session.channel.default_exchange.publish(message, requests)
        return began
