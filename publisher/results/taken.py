"""A result that was taken from a queue and not acked: how often it was tried, and when it is due."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import ChannelInvalidStateError

from publisher.amqp.parked_result import TRIES
from publisher.contract.result import BookingResult

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds


@dataclass(order=True)
class Taken:
    """Sorts by when it is due, then by when it came."""

    due: float
    number: int
    message: AbstractIncomingMessage = field(compare=False)
    result: BookingResult = field(compare=False)
    tries: int = field(compare=False)

    @property
    def key(self) -> Hashable:
        """What repeats of an answer share; one without a message id has no repeats that could be told."""
        message = self.message
        return (message.correlation_id, message.message_id) if message.message_id else self.number

    @property
    def is_stale(self) -> bool:
        """Whether its channel is gone, so that RabbitMQ delivers it again."""
        try:
            return self.message.channel is None
        except ChannelInvalidStateError:
            return True


def tries_of(message: AbstractIncomingMessage) -> int:
    """How often it was tried in vain, as we noted when we gave it back."""
    tries = message.headers.get(TRIES)
    return tries if isinstance(tries, int) and tries > 0 else 0


def pause_after(tries: int) -> float:
    """Seconds until it is tried again: 0.5, 1, 2, … up to a minute."""
    return min(FIRST_PAUSE * 2.0 ** min(tries - 1, 20), LONGEST_PAUSE) if tries else 0.0
