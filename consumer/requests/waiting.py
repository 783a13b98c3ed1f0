"""Requests beyond their owner's quota: they wait in queues of their own, from where each goes on in time.

A consumer holds the first ones of such a queue, so that one owner's don't stand in the way of another's, and
passes those of an owner who has many there on to the second. One that is held stays RabbitMQ's until it is
settled: nothing is lost with a consumer.
"""

import asyncio
import math
from datetime import UTC, datetime
from enum import Enum, auto

from consumer.errors import StillWaitingError
from consumer.requests.allowances import Allowances
from consumer.requests.decision import Reject, Start
from consumer.requests.handler import RequestHandler
from consumer.requests.undelivered import WHY
from consumer.requests.waiting_queues import seconds_left
from publisher.amqp.confirmed_publisher import was_returned_often
from publisher.amqp.message import Delivery

HOLD = 60.0
"""Seconds for which one is held before it is returned: RabbitMQ permits no more than `consumer_timeout`."""


class Until(Enum):
    """What ends the wait of a request that is held, if its turn doesn't."""

    RETURNED = auto()
    EXPIRED = auto()
    """By its `expiration`."""
    DUE = auto()
    """By its deadline."""


class WaitingHandler:
    """Handles the messages of one of these queues: as requests, when their turn comes."""

    def __init__(self, requests: RequestHandler, allowances: Allowances, *, passes_on: bool) -> None:
        self._passes_on = passes_on
        self._requests = requests
        self._allowances = allowances

    def decide(self, delivery: Delivery) -> Start | Reject:
        """As for a request that has just come."""
        return self._requests.decide(delivery)

    async def execute(self, decision: Start | Reject, delivery: Delivery) -> None:
        """Return when the message may be acked; raises `StillWaitingError` if it must be returned."""
        match decision:
            case Start() as start:
                await self._in_turn(start, delivery)
            case Reject() as reject:
                await self._requests.execute(reject, delivery)

    @property
    def for_probes(self) -> RequestHandler:
        """A probe waits for nobody's turn."""
        return self._requests.for_probes

    async def refuse(self, decision: Start | Reject | None, delivery: Delivery, why: str) -> None:
        """As a request that can't be handled."""
        await self._requests.refuse(decision, delivery, why)

    async def _in_turn(self, start: Start, delivery: Delivery) -> None:
        allowance = self._allowances.of(start.owner)
        if allowance:
            if self._passes_on and self._allowances.has_many_waiting(start.owner):
                return await self._requests.set_aside(start, delivery, of_many=True)
            if was_returned_often(delivery.headers):
                raise StillWaitingError("It was returned often: a copy takes its place")
            until, seconds = _patience(start, delivery)
            try:
                async with asyncio.timeout(seconds):
                    await allowance.wait()
            except TimeoutError:
                if until is Until.RETURNED:
                    raise StillWaitingError("Its turn has not come") from None
                if until is Until.EXPIRED:
                    expired = start.rejected(*WHY["expired"])
                    return await self._requests.join_or_reject(start, expired, delivery)
        return await self._requests.start(start, delivery)  # one that is due is answered so


def _patience(start: Start, delivery: Delivery) -> tuple[Until, float]:
    """What comes first, and in how many seconds."""
    due, left = start.request.deadline, seconds_left(delivery)
    ends = {
        Until.RETURNED: HOLD,
        Until.EXPIRED: math.inf if left is None else left,
        Until.DUE: math.inf if due is None else (due - datetime.now(UTC)).total_seconds(),
    }
    first = min(ends, key=ends.__getitem__)
    return first, ends[first]
