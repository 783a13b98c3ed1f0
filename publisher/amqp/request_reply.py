"""Request-reply over a reply queue of this client's own, told apart by correlation id."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Self
from uuid import uuid4

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue, AbstractRobustConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from publisher.amqp.connection import open_channel
from publisher.amqp.refusals import told_by_name
from publisher.amqp.result_message import ack, parse_result
from publisher.contract.result import BookingResult
from publisher.errors import PublishTimeoutError, ResultTimeoutError
from publisher.lifetime import Lifetime
from publisher.settings import BrokerSettings
from voyage.errors import VoyageError
from voyage.runtime.awaiting import ended_within, library_calls

LIFETIME = 30 * 60 * 1000  # milliseconds that a reply queue outlives its client
PREFETCH = 100
_CLOSE_TIMEOUT = 2.0
_PASSED = " ({seconds:g} s have passed.)"


class ReplyQueue:
    """A queue for this client's results, told apart by correlation id. It outlives a lost connection."""

    def __init__(self, connection: AbstractRobustConnection, queue: AbstractQueue) -> None:
        self._connection = connection
        self._queue = queue
        self._tag = ""
        self.name = queue.name
        self._expected: dict[str, asyncio.Future[BookingResult]] = {}

    @classmethod
    async def open(cls, connection: AbstractRobustConnection, name: str, names: BrokerSettings) -> Self:
        """Declare and consume it; raises `NotPermittedError`, and then leaves no channel behind."""
        channel = await open_channel(connection, PREFETCH)
        try:
            with library_calls(), told_by_name("configure"):
                queue = await channel.declare_queue(name, durable=True, arguments={"x-expires": LIFETIME})
            if names.reply_exchange:
                with library_calls(), told_by_name("write"):
                    await queue.bind(names.reply_exchange, queue.name)
            replies = cls(connection, queue)
            with library_calls(), told_by_name("read"):
                replies._tag = await queue.consume(replies._on_message)
        except BaseException:
            with suppress(*CONNECTION_EXCEPTIONS):
                await ended_within(_CLOSE_TIMEOUT, channel.close())
            raise
        return replies

    @contextmanager
    def expect(self, correlation_id: str) -> Iterator[asyncio.Future[BookingResult]]:
        """A future for the result with this correlation id; one that comes later is dropped."""
        future = asyncio.get_running_loop().create_future()
        self._expected[correlation_id] = future
        try:
            yield future
        finally:
            del self._expected[correlation_id]

    async def close(self, why: Exception) -> None:
        """Tell whoever waits why, and delete the queue; with RabbitMQ away it expires by itself."""
        for waiting in self._expected.values():
            if not waiting.done():
                waiting.set_exception(why)
                waiting.exception()  # looked at, in case nobody waits
        if self._connection.connected.is_set():
            with suppress(*CONNECTION_EXCEPTIONS):
                await ended_within(_CLOSE_TIMEOUT, self._delete())

    async def _delete(self) -> None:
        await self._queue.cancel(self._tag)
        await self._queue.delete(if_unused=False, if_empty=False)

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        result = parse_result(message)
        future = self._expected.get(message.correlation_id or "")
        if result and future and not future.done():
            future.set_result(result)
        await ack(message)


class RequestReply:
    """Those of one client; they share a reply queue, which is there from the first one on."""

    def __init__(self, connection: AbstractRobustConnection, settings: BrokerSettings) -> None:
        self._connection = connection
        self._settings = settings
        self._name = f"{settings.results_queue}.{uuid4().hex}"  # the contract's allow-list permits it
        self._replies: ReplyQueue | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def request(
        self, send: Callable[[str, str], Awaitable[None]], lifetime: Lifetime
    ) -> AsyncIterator[asyncio.Future[BookingResult]]:
        """Send with `reply_to` and `correlation_id`, and give the answer to wait for."""
        replies = await lifetime.lasting(self._reply_queue)
        correlation_id = uuid4().hex
        with replies.expect(correlation_id) as answer:
            await send(replies.name, correlation_id)
            yield answer

    async def close(self, why: Exception) -> None:
        """Delete the reply queue, and tell whoever waits why there will be no answer."""
        if self._replies:
            await self._replies.close(why)

    async def _reply_queue(self) -> ReplyQueue:
        late = "RabbitMQ did not open a queue for the results. Nothing was sent; try again."
        async with time_limit(self._settings.publish_timeout, late, PublishTimeoutError), self._opening:
            if self._replies is None:
                self._replies = await ReplyQueue.open(self._connection, self._name, self._settings)
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
