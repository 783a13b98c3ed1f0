"""Dead letters: messages that can never become a booking, kept whole, with the reason in their headers."""

from datetime import UTC, datetime

from consumer.requests.decision import Reject
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.dead_letter_queue import ERROR, REASON, TIME
from publisher.amqp.message import Delivery
from publisher.settings import BrokerSettings

MAX_ERROR = 1000


class DeadLetterPublisher:
    """Keeps what was rejected, for a person to look at and perhaps replay."""

    def __init__(self, publisher: ConfirmedPublisher, names: BrokerSettings) -> None:
        self._publisher = publisher
        self._names = names

    async def publish(self, delivery: Delivery, reject: Reject) -> None:
        """Return when the dead-letter queue has the message; only then may the original be acked."""
        noted = {REASON: reject.code, ERROR: reject.message[:MAX_ERROR], TIME: datetime.now(UTC).isoformat()}
        message = delivery.to_message(**noted)
        await self._publisher.publish(message, self._names.dead_queue)
