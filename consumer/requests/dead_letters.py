"""Dead letters: messages that can never become a booking, kept whole, with the reason in their headers."""

from datetime import UTC, datetime

from pamqp import encode
from pamqp.common import FieldTable

from consumer.requests.decision import Reject
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.dead_letter import ERROR, REASON, TIME
from publisher.amqp.message import Delivery, fit_headers
from publisher.settings import BrokerSettings

MAX_ERROR = 1000


class DeadLetterPublisher:
    """Keeps what was rejected, for a person to look at and perhaps replay."""

    def __init__(self, publisher: ConfirmedPublisher, names: BrokerSettings) -> None:
        self._publisher = publisher
        self._names = names

    async def publish(self, delivery: Delivery, reject: Reject) -> None:
        """Return when the dead-letter queue has the message; only then may the original be acked.

        Headers that don't fit beside the reason are cut, the largest first; `x-headers-cut` says which.
        """
        noted: FieldTable = {
            REASON: reject.code,
            ERROR: reject.message[:MAX_ERROR],
            TIME: datetime.now(UTC).isoformat(),
        }
        message = delivery.to_message()
        room = await self._publisher.header_room() - len(encode.field_table(noted))
        message.headers = {**fit_headers(message.headers, room), **noted}
        await self._publisher.publish(message, self._names.dead_queue)
