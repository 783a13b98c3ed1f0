"""Request-reply over a reply queue of this client's own, told apart by correlation id."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

from publisher.amqp.pending import Ask
from publisher.amqp.reconnecting import ReconnectingConnection
from publisher.amqp.reply_queue import ReplyQueue
from publisher.contract.result import BookingResult
from publisher.errors import PublishTimeoutError, ResultTimeoutError
from publisher.lifetime import Lifetime
from publisher.settings import BrokerSettings
from voyage.errors import VoyageError

_PASSED = " ({seconds:g} s have passed.)"


class RequestReply:
    """Those of one client; they share a reply queue, which is there from the first one on."""

    def __init__(self, connection: ReconnectingConnection, settings: BrokerSettings) -> None:
        self._connection = connection
        self._settings = settings
        self._replies: ReplyQueue | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def request(self, send: Ask, lifetime: Lifetime) -> AsyncIterator[asyncio.Future[BookingResult]]:
        """Send, and give the answer to wait for; `send` is called again if the reply queue is made anew."""
        replies = await lifetime.lasting(self._reply_queue)
        with replies.expect(uuid4().hex, send) as pending:
            await pending.ask()
            yield pending.answer

    async def close(self, why: Exception) -> None:
        """Delete the reply queue, and tell whoever waits why there will be no answer."""
        if self._replies:
            await self._replies.close(why)

    async def _reply_queue(self) -> ReplyQueue:
        late = "RabbitMQ did not open a queue for the results. Nothing was sent; try again."
        async with time_limit(self._settings.publish_timeout, late, PublishTimeoutError), self._opening:
            if self._replies is None:
                self._replies = await ReplyQueue.open(self._connection, self._settings)
        return self._replies


@asynccontextmanager
async def time_limit(
    seconds: float, late: str | Callable[[], str], error: type[VoyageError] = ResultTimeoutError
) -> AsyncIterator[None]:
    """At most so long; then `error` says what is late, as it is then."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        told = late if isinstance(late, str) else late()
        raise error(after(told, seconds)) from None


def after(told: str, seconds: float) -> str:
    """The text with the time that has passed."""
    return f"{told}{_PASSED.format(seconds=seconds)}"


def after_in_all(text: str, seconds: float) -> str:
    """The same text for the time of all tries, if it has the time of one."""
    before, passed, _ = text.partition(_PASSED.partition("{")[0])
    return after(before, seconds) if passed else text
