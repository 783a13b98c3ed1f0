"""Dead letters and parked results, page by page, as their commands see them.

A look holds the messages for a moment, so it is taken only when their number has changed, or somebody acts.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeVar

from aio_pika.exceptions import ChannelNotFoundEntity

from console.facts.broker import BrokerLink
from console.facts.kept_view import KeptView, view_of
from console.facts.shared import Reading, Shared
from publisher.amqp.kept_queue import Kept, KeptQueue
from publisher.client import Client

PAGE = 20
COUNT_FRESH = 1.0  # seconds
PAGE_FRESH = 60.0
"""Seconds after which a page is looked at again although their number is the same."""
K = TypeVar("K", bound=Kept)


@dataclass(frozen=True)
class KeptPage:
    """Some of them, the oldest first, and how many there are; None: their queue is not there."""

    shown: tuple[KeptView, ...]
    count: int | None
    number: int = 1

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-(self.count or 0) // PAGE))


class KeptMessages(Generic[K]):
    """Looks at one queue of kept messages."""

    def __init__(
        self,
        name: str,
        queue: Callable[[Client], KeptQueue[K]],
        broker: BrokerLink,
        shared: Shared,
        wanted: Sequence[str] = (),
    ) -> None:
        """`wanted`: the fields that each body should have."""
        self.name, self._wanted = name, wanted
        self._queue, self._broker, self._shared = queue, broker, shared
        self.alone = asyncio.Lock()
        """For whoever goes through the queue: what is held is not counted, and can't be looked at."""

    @property
    def queue(self) -> KeptQueue[K]:
        """The queue itself; raises `AwayError` while RabbitMQ is away."""
        return self._queue(self._broker.client)

    async def count(self, patience: float = 0.0) -> Reading[int | None]:
        """How many there are."""
        return await self._shared.get((self.name,), self._count, fresh=COUNT_FRESH, patience=patience)

    async def page(self, number: int, patience: float) -> Reading[KeptPage]:
        """A page of them; looked at again when their number changes."""
        counted = await self.count(patience)
        if not counted.value:
            empty = None if counted.at is None else KeptPage((), counted.value)
            return Reading(empty, counted.at, counted.error)
        number = min(number, KeptPage((), counted.value).pages)
        count = counted.value
        reading = await self._shared.get(
            (f"{self.name} page", number),
            lambda: self._look(number, count),
            fresh=PAGE_FRESH,
            patience=patience,
            version=count,
        )
        return Reading(reading.value, reading.at, reading.error or counted.error)

    @property
    def last_count(self) -> int:
        """How many there were last."""
        return self._shared.last((self.name,)).value or 0

    def forget(self) -> None:
        """Look again at once."""
        self._shared.forget(self.name, f"{self.name} page")

    async def _count(self) -> int | None:
        async with self.alone:
            try:
                return await self.queue.count()
            except ChannelNotFoundEntity:
                return None

    async def _look(self, number: int, count: int) -> KeptPage:
        coming: AsyncGenerator[K, None]
        coming = self.queue.browse(PAGE, skip=(number - 1) * PAGE)
        async with self.alone, aclosing(coming):
            shown = [view_of(kept, self._wanted) async for kept in coming]
        return KeptPage(tuple(shown), count, number)
