"""Results that were set aside: looked at, sent again, dropped."""

from collections.abc import AsyncGenerator, Callable

from aio_pika.abc import AbstractRobustConnection
from aiormq.exceptions import ChannelLockedResource, ChannelNotFoundEntity

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.kept_queue import KeptQueue
from publisher.amqp.parked_result import ParkedResult
from publisher.errors import NotResentError, UndeliverableError
from publisher.settings import BrokerSettings


class ParkedQueue(KeptQueue[ParkedResult]):
    """The queue of parked results."""

    def __init__(
        self, connection: AbstractRobustConnection, publisher: ConfirmedPublisher, names: BrokerSettings
    ) -> None:
        super().__init__(connection, names.parked_queue, ParkedResult.from_delivery)
        self._publisher, self._names = publisher, names

    def resend(
        self, selected: Callable[[ParkedResult], bool], queue: str | None = None
    ) -> AsyncGenerator[ParkedResult, None]:
        """Send the selected ones to their address, or to `queue`; each comes when it has left this queue.

        Interrupted half-way, a result may be in both queues, never in none; its message id tells repeats.
        Those whose queue is not there stay; `NotResentError` tells of them when all others are sent. Raises
        `SettingsError` for a `queue` of ours that holds no results.
        """
        self._names.require_for_results(queue or "")

        async def send(parked: ParkedResult) -> None:
            target = queue or parked.address
            if not target:
                raise NotResentError(f"Result {parked.id} has no address, and stays. Name a queue: --to.")
            try:
                await self._publisher.publish(parked.to_resend().to_message(), target)
            except UndeliverableError:
                raise NotResentError(
                    f"Queue {target!r} is not there: result {parked.id} stays. Name another queue: --to."
                ) from None

        return self._remove(selected, send)

    async def is_there(self, queue: str) -> bool:
        """Whether there is a queue of this name; nothing is sent."""
        try:
            await self._count_in(queue)
        except ChannelNotFoundEntity:
            return False
        except ChannelLockedResource:  # it is another connection's own
            return True
        return True
