"""A connection to RabbitMQ that comes back by itself, and can be dropped when nobody answers on it."""

import asyncio
from contextlib import suppress
from typing import Any, cast

from aio_pika import Queue, RobustChannel, RobustConnection, RobustQueue
from aio_pika.abc import AbstractQueue, UnderlayConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AMQPConnectionError
from aiormq.abc import ExceptionType
from yarl import URL

from publisher.amqp.transports import Transports
from voyage.runtime.awaiting import ended_within, forget

ANSWER_TIMEOUT = 3.0  # seconds
CLOSE_TIMEOUT = 2.0
_AT_ONCE = 0.1


def heartbeat_of(silence_timeout: float) -> int:
    """The heartbeat, in seconds, with which a silent connection is given up in time on both sides.

    aiormq gives up after three heartbeats and three seconds, and looks every half heartbeat; RabbitMQ after
    three at most.
    """
    return int((silence_timeout - 3) / 3.5)


# aio-pika restores those consumers that there were when it began. One that is cancelled meanwhile may be
# restored after its cancel: RabbitMQ then has a consumer whose messages nobody takes or gives back.
class ReopeningQueue(RobustQueue):
    """Is consumed again on the next channel by those consumers that nobody has cancelled."""

    async def restore(self, channel: Any = None) -> None:  # noqa: ARG002 -- aio-pika itself ignores it
        """Declare, bind and consume it on its channel, which is open; raises what aio-pika raises."""
        await self.declare()
        for (exchange, routing_key), how in tuple(self._bindings.items()):
            await self.bind(exchange, routing_key, **how)
        for tag, how in tuple(self._consumers.items()):
            if tag in self._consumers:
                await Queue.consume(self, consumer_tag=tag, **how)


# aio-pika opens a lost channel again as soon as its connection is ready. One that RabbitMQ had blocked, and
# that is lost, never will be; the channel then waits for it for ever, and keeps every later connection from
# opening it.
class ReopeningChannel(RobustChannel):
    """Opens again on the next connection, if the one that it waits for is lost."""

    QUEUE_CLASS = ReopeningQueue

    async def get_queue(self, name: str, *, ensure: bool = True) -> AbstractQueue:
        """As aio-pika gives it; one that need not be there is consumed again on the next channel too."""
        queue = await super().get_queue(name, ensure=ensure)
        self._queues[name].add(cast("RobustQueue", queue))
        return queue

    async def reopen(self) -> None:
        """Raises `AMQPConnectionError` if the connection is lost meanwhile; the next one opens it."""
        transport = self._connection.transport
        if transport is None:
            raise AMQPConnectionError("No connection to open a channel on")
        opening = asyncio.ensure_future(super().reopen())
        opening.add_done_callback(forget)
        try:
            await asyncio.wait([opening, transport.connection.closing], return_when=asyncio.FIRST_COMPLETED)
            if not opening.done():
                raise AMQPConnectionError("The connection is lost; the channel opens on the next one")
        finally:
            opening.cancel()
        await opening

    async def _on_close(self, closing: "asyncio.Future[Any]") -> BaseException | None:
        """A channel lost with its connection opens on the next; aio-pika tries at once, and logs that."""
        try:
            return await super()._on_close(closing)
        except CONNECTION_EXCEPTIONS:
            if self._connection.connected.is_set():
                raise
            return None


class ReconnectingConnection(RobustConnection):
    """Its channels open again on whichever connection is there."""

    CHANNEL_CLASS = ReopeningChannel

    def __init__(self, url: URL, transports: Transports, **kwargs: Any) -> None:
        super().__init__(url, **kwargs)
        self._transports = transports
        self.kwargs["transport_factory"] = transports

    async def answers(self) -> bool:
        """Whether RabbitMQ answers on it within seconds; on a lost one it doesn't.

        One that RabbitMQ has blocked counts as good: nothing can be asked on it, only its heartbeats heard.
        """
        return self.transport is not None and await _answers(self.transport)

    async def mend(self) -> bool:
        """Whether it works; one on which nobody answers is dropped, and a lost one comes back by itself."""
        asked = self.transport
        if asked and await _answers(asked):
            return True
        if asked and asked is self.transport:
            self._transports.cut_off()
        return False

    async def close(self, exc: ExceptionType | None = asyncio.CancelledError) -> None:
        """Close it within seconds, with a word to RabbitMQ if it listens."""
        with suppress(*CONNECTION_EXCEPTIONS):
            await ended_within(CLOSE_TIMEOUT, super().close(exc))
        self._transports.cut_off()


async def _answers(transport: UnderlayConnection) -> bool:
    connection = transport.connection
    try:
        await ended_within(_AT_ONCE, connection.ready())
    except TimeoutError:
        return True  # it is blocked

    async def ask() -> None:
        await (await connection.channel(publisher_confirms=False)).close()

    try:
        await ended_within(ANSWER_TIMEOUT, ask())
    except CONNECTION_EXCEPTIONS:
        return False
    return True
