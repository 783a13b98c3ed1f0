"""Dead letters from a person's side: look at them, send them in again through the front door, drop them."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, cast

from aio_pika.abc import AbstractRobustConnection
from aiormq import Channel

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import open_channel
from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.message import Delivery
from publisher.amqp.queue_walk import message_count, walking
from publisher.errors import NotEditableError
from publisher.settings import BrokerSettings

Selection = Callable[[DeadLetter], bool]


class DeadLetterQueue:
    """The dead-letter queue, one letter in memory at a time, however many there are.

    Nobody else sees the letters that an iteration has gone past, until it ends; so do not wait within one.
    At its end they are where they were. Their delivery count has risen, which has no limit in this queue.
    """

    def __init__(
        self, connection: AbstractRobustConnection, publisher: ConfirmedPublisher, names: BrokerSettings
    ) -> None:
        self._connection = connection
        self._publisher = publisher
        self._names = names

    async def count(self) -> int:
        """How many dead letters there are, without those that somebody is just looking at."""
        channel = await open_channel(self._connection)
        try:
            underlay = cast("Channel", await channel.get_underlay_channel())
            return await message_count(underlay, self._names.dead_queue)
        finally:
            await channel.close()

    async def browse(self, limit: int | None = None) -> AsyncGenerator[DeadLetter, None]:
        """The dead letters, or the first `limit`, oldest first; they stay where they are.

        Takes longer when more have been looked at before, since these are gone past to keep their order.
        """
        if limit == 0:
            return
        async with walking(self._connection, self._names.dead_queue) as walk:
            seen = 0
            async for message in walk.messages():
                yield DeadLetter.from_delivery(Delivery.from_message(message))
                seen += 1
                if seen == limit:
                    break

    def replay(self, selected: Selection, changes: Mapping[str, Any]) -> AsyncGenerator[DeadLetter, None]:
        """Send the selected ones in again; each comes when it is confirmed and has left this queue.

        Interrupted half-way, a message may be in both queues, never in none, and its id makes that harmless.
        Those whose body can't be changed stay; `NotEditableError` tells of them when all others are sent.
        """

        async def send(letter: DeadLetter) -> None:
            message = letter.to_replay(changes).to_message()
            await self._publisher.publish(message, self._names.requests_queue)

        return self._remove(selected, send)

    def drop(self, selected: Selection) -> AsyncGenerator[DeadLetter, None]:
        """Remove the selected ones for good; each comes when it has left this queue."""

        async def forget(_: DeadLetter) -> None:
            return

        return self._remove(selected, forget)

    async def _remove(
        self, selected: Selection, first: Callable[[DeadLetter], Awaitable[None]]
    ) -> AsyncGenerator[DeadLetter, None]:
        kept: list[NotEditableError] = []
        async with walking(self._connection, self._names.dead_queue) as walk:
            async for message in walk.messages():
                letter = DeadLetter.from_delivery(Delivery.from_message(message))
                if not selected(letter):
                    continue
                try:
                    await first(letter)
                except NotEditableError as refused:
                    kept.append(refused)
                    continue
                await walk.remove()
                yield letter
        if kept:
            more = f" And {len(kept) - 1} more." if kept[1:] else ""
            raise NotEditableError(f"{kept[0]}{more}")
