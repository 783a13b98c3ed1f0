"""Dead letters: messages that can never become a booking, kept whole, with the reason in their headers."""

import logging
from datetime import UTC, datetime

from aio_pika import Message
from pamqp import encode
from pamqp.common import FieldTable

from consumer.requests.decision import Reject
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.dead_letter import ERROR, REASON, TIME
from publisher.amqp.message import Delivery
from publisher.amqp.ownership import our_copy_of
from publisher.errors import PublishingError, PublishNackedError, UndeliverableError
from publisher.settings import BrokerSettings

log = logging.getLogger(__name__)

MAX_ERROR = 1000
ANSWERED = "x-answered"
"""Marks a dead letter that waits among the undelivered requests: its sender knows."""
NO_ROOM = (UndeliverableError, PublishNackedError)


class DeadLetterPublisher:
    """Keeps what was rejected, for a person to look at and perhaps replay."""

    def __init__(self, publisher: ConfirmedPublisher, names: BrokerSettings) -> None:
        self._publisher = publisher
        self._names = names
        self._has_room = True

    async def publish(self, delivery: Delivery, reject: Reject) -> None:
        """Return when the dead-letter queue has the message; only then may the original be acked.

        Headers that don't fit beside the reason are cut, the largest first; `x-headers-cut` says which.
        Raises one of `NO_ROOM` if the queue is gone or full, which the log says once.
        """
        message = await self._noted(delivery, reject)
        try:
            await self._publisher.publish(message, self._names.dead_queue)
        except NO_ROOM as failure:
            self._say_once(failure)
            raise
        if not self._has_room:
            self._has_room = True
            log.info("Dead letters are kept in %s again", self._names.dead_queue)

    async def publish_or_set_aside(self, delivery: Delivery, reject: Reject) -> None:
        """As `publish`; but a dead letter without room waits at the end of the undelivered requests.

        There it is in nobody's way, and its sender, who knows, hears nothing more.
        """
        try:
            await self.publish(delivery, reject)
        except NO_ROOM:
            await self.set_aside(delivery, reject)

    async def set_aside(self, delivery: Delivery, reject: Reject) -> None:
        """Return when the message waits at the end of the undelivered requests."""
        message = await self._noted(delivery, reject)
        message.headers[ANSWERED] = True
        await self._publisher.publish(message, self._names.undelivered_queue)

    async def _noted(self, delivery: Delivery, reject: Reject) -> Message:
        noted: FieldTable = {
            REASON: reject.code,
            ERROR: reject.message[:MAX_ERROR],
            TIME: datetime.now(UTC).isoformat(),
        }
        room = await self._publisher.header_room() - len(encode.field_table({**noted, ANSWERED: True}))
        message = our_copy_of(delivery, self._names, room)
        message.headers.pop(ANSWERED, None)
        message.headers.update(noted)
        return message

    def _say_once(self, failure: PublishingError) -> None:
        if self._has_room:
            self._has_room = False
            log.warning("Dead letters wait in %s meanwhile: %s", self._names.undelivered_queue, failure)
