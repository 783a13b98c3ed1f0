"""What becomes of a result that was tried in vain: the end of its queue, and at last the parked ones."""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.message import Delivery
from publisher.amqp.parked_result import ERROR, HANDLER_FAILED, NO_RESULT, REASON, REPLY_TO, TIME, TRIES
from publisher.amqp.result_message import ack
from publisher.errors import PublishingError
from publisher.results.taken import Taken

log = logging.getLogger(__name__)
_TIMEOUT = 30.0  # seconds
_LONGEST_ERROR = 1000  # characters


@dataclass(frozen=True)
class GivingBack:
    """For one queue: so many tries, and then the queue of parked results."""

    publisher: ConfirmedPublisher
    queue: str
    parked_queue: str
    tries: int

    async def give_back(self, taken: Taken, error: str) -> bool:
        """Send it to the end of its queue, or set it aside; false if it stays, as RabbitMQ refuses that.

        The copy is confirmed before the original is acked: after a crash between there are both, and their
        id tells.
        """
        if taken.is_stale:
            return True
        tries = taken.tries + 1
        if tries >= self.tries:
            noted = {TRIES: tries, **self._why(HANDLER_FAILED, f"{error[:_LONGEST_ERROR]} ({tries} tries)")}
            return await self._move(taken.message, noted, self.parked_queue)
        return await self._move(taken.message, {TRIES: tries}, self.queue)

    async def set_aside(self, message: AbstractIncomingMessage) -> None:
        """Park what is no result; it stays, not acked, if RabbitMQ refuses that."""
        if self.queue != self.parked_queue:
            await self._move(message, self._why(NO_RESULT, "not a booking result"), self.parked_queue)

    async def _move(self, message: AbstractIncomingMessage, noted: dict[str, Any], target: str) -> bool:
        original = Delivery.from_message(message)
        copy = replace(original, headers={**original.headers, **noted})
        try:
            async with asyncio.timeout(_TIMEOUT):
                room = await self.publisher.header_room()
                await self.publisher.publish(copy.to_message(room), target)
        except (PublishingError, TimeoutError, *CONNECTION_EXCEPTIONS) as refused:
            log.warning("Result %s stays where it is: %s", copy.message_id, refused)
            return False
        await ack(message)
        if target == self.parked_queue:
            log.error("Result %s is parked in %s: %s", copy.message_id, target, noted[ERROR])
        return True

    def _why(self, reason: str, error: str) -> dict[str, Any]:
        time = datetime.now(UTC).isoformat()
        return {REASON: reason, ERROR: error, REPLY_TO: self.queue, TIME: time}
