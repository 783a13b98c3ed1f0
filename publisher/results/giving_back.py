"""What becomes of a result that was tried in vain: the end of its queue, and at last the parked ones."""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.message import Delivery
from publisher.amqp.parked_result import ERROR, HANDLER_FAILED, REASON, REPLY_TO, TIME, TRIES
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
        copy, target = self._copy(taken, error)
        try:
            async with asyncio.timeout(_TIMEOUT):
                room = await self.publisher.header_room()
                await self.publisher.publish(copy.to_message(room), target)
        except (PublishingError, TimeoutError, *CONNECTION_EXCEPTIONS) as refused:
            log.warning("Result %s stays where it is: %s", copy.message_id, refused)
            return False
        await ack(taken.message)
        if target != self.queue:
            log.error("Result %s is parked in %s: %s", copy.message_id, target, error)
        return True

    def _copy(self, taken: Taken, error: str) -> tuple[Delivery, str]:
        original, tries = Delivery.from_message(taken.message), taken.tries + 1
        headers, target = {**original.headers, TRIES: tries}, self.queue
        if tries >= self.tries:
            target = self.parked_queue
            headers[REASON] = HANDLER_FAILED
            headers[ERROR] = f"{error[:_LONGEST_ERROR]} ({tries} tries)"
            headers[REPLY_TO] = self.queue
            headers[TIME] = datetime.now(UTC).isoformat()
        return replace(original, headers=headers), target
