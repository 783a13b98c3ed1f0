"""Where an answer may go: the contract's allow-list of reply queues."""

import re
from dataclasses import dataclass

from publisher.delivery import Delivery
from publisher.settings import BrokerSettings

DIRECT_REPLY_TO = "amq.rabbitmq.reply-to."
_BROKER_NAMED = ("amq.gen-", DIRECT_REPLY_TO)
_QUEUE_NAME = re.compile(r"[A-Za-z0-9._:@=+/-]{1,255}", re.ASCII)


@dataclass(frozen=True)
class Address:
    """A reply queue, and the correlation id by which the client knows what is answered."""

    reply_to: str
    correlation_id: str | None

    @property
    def is_direct(self) -> bool:
        """Whether it is RabbitMQ's direct reply-to: at most once, gone with its client."""
        return self.reply_to.startswith(DIRECT_REPLY_TO)


def address_of(delivery: Delivery, names: BrokerSettings) -> Address:
    """Where the sender of a delivery wants its answer, allowed or not."""
    return Address(delivery.reply_to or names.results_queue, delivery.correlation_id or delivery.message_id)


def is_allowed(address: Address, names: BrokerSettings) -> bool:
    """Whether the contract permits this `reply_to`; one that is more than a queue name never is."""
    reply_to = address.reply_to
    if not _QUEUE_NAME.fullmatch(reply_to):
        return False
    if reply_to in {names.parked_queue, names.requests_queue, names.control_queue, names.dead_queue}:
        return False
    if names.reply_exchange and reply_to.startswith(DIRECT_REPLY_TO):
        return False  # RabbitMQ routes to it from the default exchange alone
    return reply_to == names.results_queue or reply_to.startswith((f"{names.results_queue}.", *_BROKER_NAMED))
