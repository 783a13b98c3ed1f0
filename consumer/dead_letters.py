"""Dead letters: messages that can never become a booking, kept whole, with the reason in their headers."""

from aio_pika import DeliveryMode, Message

from consumer.decision import Reject
from consumer.delivery import Delivery
from publisher.publishing import ConfirmedPublisher
from publisher.settings import BrokerSettings

_COPY_TO = frozenset({"CC", "BCC"})  # with these RabbitMQ would send copies of a dead letter to other queues
MAX_ERROR = 1000


class DeadLetters:
    """Keeps what was rejected, for a person to look at and perhaps replay."""

    def __init__(self, publisher: ConfirmedPublisher, names: BrokerSettings) -> None:
        self._publisher = publisher
        self._names = names

    async def keep(self, delivery: Delivery, reject: Reject) -> None:
        """Return when the dead-letter queue has the message; only then may the original be acked."""
        headers = {key: value for key, value in delivery.headers.items() if key not in _COPY_TO}
        message = Message(
            delivery.body,
            headers={**headers, "x-reason": reject.code, "x-error": reject.message[:MAX_ERROR]},
            content_type=delivery.content_type,
            content_encoding=delivery.content_encoding,
            delivery_mode=DeliveryMode.PERSISTENT,
            priority=delivery.priority,
            correlation_id=delivery.correlation_id,
            reply_to=delivery.reply_to,
            message_id=delivery.message_id,
            timestamp=delivery.timestamp,
            type=delivery.type,
            app_id=delivery.app_id,
        )
        await self._publisher.publish(message, self._names.dead_queue)
