"""What could not become a booking: looked at, sent in again, dropped."""

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from aio_pika.abc import AbstractRobustConnection

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.kept_queue import KeptQueue
from publisher.amqp.ownership import as_operator, is_kept_with_sender
from publisher.settings import BrokerSettings


class DeadLetterQueue(KeptQueue[DeadLetter]):
    """The dead-letter queue."""

    def __init__(
        self, connection: AbstractRobustConnection, publisher: ConfirmedPublisher, names: BrokerSettings
    ) -> None:
        super().__init__(connection, names.dead_queue, DeadLetter.from_delivery)
        self._publisher = publisher
        self._names = names

    def replay(
        self, selected: Callable[[DeadLetter], bool], changes: Mapping[str, Any]
    ) -> AsyncGenerator[DeadLetter, None]:
        """Send the selected ones in again; each comes when it is confirmed and has left this queue.

        Interrupted half-way, a message may be in both queues, never in none, and its id makes that harmless.
        Those whose body can't be changed stay; `NotEditableError` tells of them when all others are sent.
        """

        async def send(letter: DeadLetter) -> None:
            again = letter.to_replay(changes)
            if self._names.owners or is_kept_with_sender(again):
                again = as_operator(again, self._names.operator_names)
            message = again.to_message()
            message.user_id = self._names.user
            await self._publisher.publish(message, self._names.requests_queue)

        return self._remove(selected, send)
