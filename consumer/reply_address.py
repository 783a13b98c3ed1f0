"""Where an answer goes, and the contract's allow-list of reply queues."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from consumer.settings import ConsumerSettings
from publisher.amqp.message import Delivery
from publisher.amqp.topology import queues
from publisher.settings import BrokerSettings
from saga.models import ReplyCallback

PUBLISH_RESULT = "publish_result"
"""The activity that sends an answer, served by the consumer on its own task queue."""
DIRECT_REPLY_TO = "amq.rabbitmq.reply-to."
_BROKER_NAMED = ("amq.gen-", DIRECT_REPLY_TO)
_QUEUE_NAME = re.compile(r"[A-Za-z0-9._:@=+/-]{1,255}", re.ASCII)
_TRACE_HEADERS = ("traceparent", "tracestate")
_TRACE_LIMIT = 512  # characters that W3C's Trace Context asks to carry on (3.3.1.5)


@dataclass(frozen=True, kw_only=True)
class ReplyAddress:
    """A reply queue, the correlation id that the client knows its request by, the booking, and the trace.

    To the saga, which knows no broker, it is the opaque context of a reply callback.
    """

    booking_id: str = ""
    reply_to: str
    correlation_id: str | None
    trace: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_delivery(cls, delivery: Delivery, names: BrokerSettings) -> Self:
        """Where the sender of a message wants its answer, allowed or not; the booking isn't known yet."""
        return cls(
            reply_to=delivery.reply_to or names.results_queue,
            correlation_id=delivery.correlation_id or delivery.message_id,
            trace=trace_of(delivery),
        )

    def for_booking(self, booking_id: str) -> Self:
        """The same address, for the answer about this booking."""
        return replace(self, booking_id=booking_id)

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> Self:
        """The address in a reply callback's context."""
        return cls(**context)

    def to_context(self) -> dict[str, Any]:
        """What `from_context` reads."""
        return asdict(self)

    def to_callback(self, settings: ConsumerSettings) -> ReplyCallback:
        """The saga's way to this address: our activity, which the booking's own worker has if that is us."""
        return ReplyCallback(
            activity=PUBLISH_RESULT,
            task_queue=settings.reply_task_queue,
            context=self.to_context(),
            local=settings.with_worker,
        )

    @property
    def is_direct(self) -> bool:
        """Whether it is RabbitMQ's direct reply-to: at most once, gone with its client."""
        return self.reply_to.startswith(DIRECT_REPLY_TO)

    def is_allowed(self, names: BrokerSettings) -> bool:
        """Whether the contract permits this `reply_to`; one that is more than a queue name never is."""
        if not _QUEUE_NAME.fullmatch(self.reply_to):
            return False
        if self.reply_to in {queue.name for queue in queues(names)} - {names.results_queue}:
            return False
        if names.reply_exchange and self.is_direct:
            return False  # RabbitMQ routes to it from the default exchange alone
        own = (f"{names.results_queue}.", *_BROKER_NAMED)
        return self.reply_to == names.results_queue or self.reply_to.startswith(own)


def trace_of(delivery: Delivery) -> dict[str, str]:
    """The trace that a message belongs to, if its sender named one."""
    headers = {name: delivery.headers.get(name) for name in _TRACE_HEADERS}
    return {
        name: value
        for name, value in headers.items()
        if isinstance(value, str) and len(value) <= _TRACE_LIMIT
    }
