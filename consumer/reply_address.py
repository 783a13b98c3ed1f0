"""Where an answer goes, and the contract's allow-list of reply queues."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from consumer.errors import InvalidRequestError
from consumer.owners import EVERYBODY, Party, party_of
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
    owner: str | None = None

    @classmethod
    def from_delivery(cls, delivery: Delivery, names: BrokerSettings, party: Party = EVERYBODY) -> Self:
        """Where the sender of a message wants its answer, allowed or not; the booking isn't known yet."""
        return cls(
            reply_to=delivery.reply_to or names.results_of(party.owner),
            correlation_id=delivery.correlation_id or delivery.message_id,
            trace=trace_of(delivery),
            owner=party.owner,
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
        context = asdict(self)
        if self.owner is None:
            del context["owner"]
        return context

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

    def is_allowed(self, names: BrokerSettings, party: Party | None = EVERYBODY) -> bool:
        """Whether the contract permits this `reply_to`; one that is more than a queue name never is.

        With owners it must be one of the sender's or of whom he acts for, or named by the broker, as it must
        be if the `party` is not known. An operator may also name the queue that all share, and for bookings
        without owner whatever could be named before there were owners.
        """
        if not _QUEUE_NAME.fullmatch(self.reply_to):
            return False
        if self.reply_to in {queue.name for queue in queues(names)} - {names.results_queue}:
            return False
        if self.reply_to.startswith(_BROKER_NAMED):
            # RabbitMQ routes to direct reply-to from the default exchange alone.
            return not (names.reply_exchange and self.is_direct)
        return party is not None and _is_of(party, self.reply_to, names)


def _is_of(party: Party, queue: str, names: BrokerSettings) -> bool:
    """Whether this queue of results, by its name, is one for the answers to such a message."""
    is_free = not names.owners or (party.is_operator and party.owner is None)
    if queue == names.results_queue:
        return is_free or party.is_operator
    whose = [""] if is_free else [f"{one}." for one in (party.sender, party.owner) if one]
    return queue.startswith(tuple(f"{names.results_queue}.{one}" for one in whose))


def answerable(delivery: Delivery, names: BrokerSettings) -> ReplyAddress | None:
    """Where a message may be answered about which nothing is decided; None: nowhere."""
    party: Party | None = None
    with suppress(InvalidRequestError):
        party = party_of(delivery, names)
    address = ReplyAddress.from_delivery(delivery, names, party or EVERYBODY)
    return address if address.is_allowed(names, party) else None


def trace_of(delivery: Delivery) -> dict[str, str]:
    """The trace that a message belongs to, if its sender named one."""
    headers = {name: delivery.headers.get(name) for name in _TRACE_HEADERS}
    return {
        name: value
        for name, value in headers.items()
        if isinstance(value, str) and len(value) <= _TRACE_LIMIT
    }
