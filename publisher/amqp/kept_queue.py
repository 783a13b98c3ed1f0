"""A queue whose messages are kept for a person, one in memory at a time, however many there are."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar, cast

from aio_pika.abc import AbstractRobustConnection
from aiormq import Channel

from publisher.amqp.connection import open_channel
from publisher.amqp.message import Delivery
from publisher.amqp.queue_walk import message_count, walking
from publisher.errors import KeptError


class Kept(Protocol):
    """A message that is kept, and why."""

    @property
    def delivery(self) -> Delivery:
        """The message."""
        ...

    @property
    def id(self) -> str:
        """By what it is shown."""
        ...

    @property
    def names(self) -> frozenset[str]:
        """By what it can be selected."""
        ...

    @property
    def reason(self) -> str:
        """One of a few words."""
        ...


K = TypeVar("K", bound=Kept)


class KeptQueue(Generic[K]):
    """Looks at what is kept, and removes some of it.

    Nobody else sees the messages that an iteration has gone past, until it ends; so do not wait within one.
    At its end they are where they were. Their delivery count has risen, which has no limit in these queues.
    """

    def __init__(
        self, connection: AbstractRobustConnection, queue: str, read: Callable[[Delivery], K]
    ) -> None:
        self._connection = connection
        self._queue = queue
        self._read = read

    async def count(self) -> int:
        """How many there are, without those that somebody is just looking at."""
        return await self._count_in(self._queue)

    async def _count_in(self, queue: str) -> int:
        """How many there are in a queue, on a channel of its own, which closes if there is no such queue."""
        channel = await open_channel(self._connection)
        try:
            underlay = cast("Channel", await channel.get_underlay_channel())
            return await message_count(underlay, queue)
        finally:
            await channel.close()

    async def browse(self, limit: int | None = None, *, skip: int = 0) -> AsyncGenerator[K, None]:
        """All of them, or the first `limit` after the first `skip`, oldest first; they stay where they are.

        Takes longer when more have been looked at before, since these are gone past to keep their order.
        """
        if limit == 0:
            return
        last = None if limit is None else skip + limit
        async with walking(self._connection, self._queue) as walk:
            seen = 0
            async for message in walk.messages():
                seen += 1
                if seen > skip:
                    yield self._read(Delivery.from_message(message))
                if seen == last:
                    break

    def drop(self, selected: Callable[[K], bool]) -> AsyncGenerator[K, None]:
        """Remove the selected ones for good; each comes when it has left this queue."""

        async def forget(_: K) -> None:
            return

        return self._remove(selected, forget)

    async def _remove(
        self, selected: Callable[[K], bool], first: Callable[[K], Awaitable[None]]
    ) -> AsyncGenerator[K, None]:
        """Remove the selected ones after `first`; what raises `KeptError` stays, which is told last."""
        kept: list[KeptError] = []
        async with walking(self._connection, self._queue) as walk:
            async for message in walk.messages():
                one = self._read(Delivery.from_message(message))
                if not selected(one):
                    continue
                try:
                    await first(one)
                except KeptError as refused:
                    kept.append(refused)
                    continue
                await walk.remove()
                yield one
        raise_first(kept)


def raise_first(kept: Sequence[KeptError]) -> None:
    """Tell of the messages that stay: why the first does, and how many more."""
    if kept:
        more = f" And {len(kept) - 1} more." if kept[1:] else ""
        raise type(kept[0])(f"{kept[0]}{more}")
