"""The queues in which requests beyond their owner's quota wait."""

from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.message import Delivery
from publisher.amqp.ownership import our_copy_of


class WaitingQueues:
    """Takes copies of such requests, each its sender's as before."""

    def __init__(self, publisher: ConfirmedPublisher, settings: ConsumerSettings) -> None:
        self._publisher = publisher
        self._settings = settings

    async def take(self, delivery: Delivery, *, of_many: bool) -> None:
        """Return when RabbitMQ has the copy at a queue's end; only then may the original be acked.

        `of_many`: of an owner of whom so many wait already that more would stand in others' way.

        An `expiration` begins anew. Raises as `ConfirmedPublisher.publish`.
        """
        copy = our_copy_of(delivery, self._settings, await self._publisher.header_room())
        copy.expiration = delivery.expiration
        await self._publisher.publish(copy, self._settings.waiting_queues[of_many])
