"""The queues in which requests beyond their owner's quota wait."""

import time

from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.message import Delivery
from publisher.amqp.ownership import our_copy_of

EXPIRES = "x-expires"
"""In a copy, when its `expiration` runs out: seconds since 1970, as text."""


class WaitingQueues:
    """Takes copies of such requests, each its sender's as before."""

    def __init__(self, publisher: ConfirmedPublisher, settings: ConsumerSettings) -> None:
        self._publisher = publisher
        self._settings = settings

    async def take(self, delivery: Delivery, *, of_many: bool) -> None:
        """Return when RabbitMQ has the copy at a queue's end; only then may the original be acked.

        `of_many`: of an owner of whom so many wait already that more would stand in others' way.

        An `expiration` begins anew with the first copy. Raises as `ConfirmedPublisher.publish`.
        """
        left = seconds_left(delivery)
        copy = our_copy_of(delivery, self._settings, await self._publisher.header_room())
        if left is not None:
            copy.expiration = left
            copy.headers[EXPIRES] = f"{time.time() + left:.3f}"
        await self._publisher.publish(copy, self._settings.waiting_queues[of_many])


def seconds_left(delivery: Delivery) -> float | None:
    """How long a request may wait still, by its `expiration`; None: for as long as it takes."""
    if delivery.expiration is None:
        return None
    try:
        left = float(str(delivery.headers[EXPIRES])) - time.time()
    except (KeyError, ValueError):
        return delivery.expiration
    return min(max(left, 0.0), delivery.expiration)
