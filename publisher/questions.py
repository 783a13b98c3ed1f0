"""Asking Voyage: a message with a reply queue and a correlation id, and what comes back under that id."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

from aio_pika.abc import AbstractRobustConnection

from publisher.errors import PublishTimeoutError, ResultTimeoutError, VoyageError
from publisher.models import BookingResult
from publisher.replies import ReplyQueue
from publisher.settings import BrokerSettings


class Questions:
    """Those of one client; they share a reply queue, which is there from the first one on."""

    def __init__(self, connection: AbstractRobustConnection, settings: BrokerSettings) -> None:
        self._connection = connection
        self._settings = settings
        self._replies: ReplyQueue | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def ask(
        self, send: Callable[[str, str], Awaitable[None]]
    ) -> AsyncIterator[asyncio.Future[BookingResult]]:
        """Send with `reply_to` and `correlation_id`, and give the answer to wait for."""
        replies = await self._reply_queue()
        correlation_id = uuid4().hex
        with replies.expect(correlation_id) as answer:
            await send(replies.name, correlation_id)
            yield answer

    async def close(self) -> None:
        """Delete the reply queue."""
        if self._replies:
            await self._replies.close()

    async def _reply_queue(self) -> ReplyQueue:
        late = "RabbitMQ did not open a queue for the results. Nothing was sent; try again."
        async with within(self._settings.publish_timeout, late, PublishTimeoutError), self._opening:
            if self._replies is None:
                self._replies = await ReplyQueue.open(self._connection, self._settings)
        return self._replies


@asynccontextmanager
async def within(
    seconds: float, late: str, error: type[VoyageError] = ResultTimeoutError
) -> AsyncIterator[None]:
    """At most so long; then `error` says what is late."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise error(f"{late} ({seconds:g} s have passed.)") from None
