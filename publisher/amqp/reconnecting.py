"""A connection to RabbitMQ that comes back by itself, and can be dropped when nobody answers on it."""

import asyncio
import logging
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from aio_pika import Connection, RobustConnection
from aio_pika.abc import AbstractRobustChannel, UnderlayConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AMQPConnectionError
from aiormq.abc import ExceptionType
from yarl import URL

from publisher.amqp.reopening import ReopeningChannel
from publisher.amqp.transports import Transports
from voyage.runtime.awaiting import ended_within

log = logging.getLogger(__name__)

ANSWER_TIMEOUT = 3.0  # seconds
CLOSE_TIMEOUT = 2.0
_AT_ONCE = 0.1


def heartbeat_of(silence_timeout: float) -> int:
    """The heartbeat, in seconds, with which a silent connection is given up in time on both sides.

    aiormq gives up after three heartbeats and three seconds, and looks every half heartbeat; RabbitMQ after
    three at most.
    """
    return int((silence_timeout - 3) / 3.5)


class ReconnectingConnection(RobustConnection):
    """Its channels open again on whichever connection is there."""

    CHANNEL_CLASS = ReopeningChannel

    def __init__(self, url: URL, transports: Transports, **kwargs: Any) -> None:
        super().__init__(url, **kwargs)
        self.away, self.back = asyncio.Event(), asyncio.Event()
        """One of them is set: it is lost, or its channels are open or will be tried one by one."""
        self._transports = transports
        self._opened = WeakSet[AbstractRobustChannel]()
        self.kwargs["transport_factory"] = transports

    @property
    def has_others(self) -> bool:
        """Whether there are other nodes to connect to."""
        return self._transports.has_others

    def channel(self, *args: Any, **kwargs: Any) -> AbstractRobustChannel:
        """As aio-pika gives one."""
        channel = super().channel(*args, **kwargs)
        self._opened.add(channel)
        return channel

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

    async def leave_if_silent(self) -> None:
        """Drop one on which nobody answers at once, if there are other nodes to go to."""
        if self.has_others:
            await self.mend()

    async def lost(self, seconds: float) -> None:
        """Return when there has been no connection for so many seconds."""
        while True:
            await self.away.wait()
            try:
                async with asyncio.timeout(seconds):
                    await self.back.wait()
            except TimeoutError:
                return

    async def _on_connection_close(self, closing: "asyncio.Future[Any]") -> None:
        self.away.set()
        self.back.clear()
        await super()._on_connection_close(closing)

    async def _on_connected(self) -> None:
        """Open its channels again side by side; what can't be opened now waits for its next try alone.

        aio-pika opens one after the other, and begins anew with another connection if one fails.
        """
        await Connection._on_connected(self)  # noqa: SLF001 -- what RobustConnection does first
        restored = await asyncio.gather(*map(_is_restored, tuple(self._opened)))
        if not all(restored):
            if not await self.mend():
                raise AMQPConnectionError("The node lets us in, and then is silent")
            self._request_recovery()
        if self.transport is None or self.transport.connection.is_closed:
            raise AMQPConnectionError("The connection is lost again")
        self.away.clear()
        self.back.set()
        if self.connection_attempt:
            await self.reconnect_callbacks()
        self.connection_attempt += 1

    async def close(self, exc: ExceptionType | None = asyncio.CancelledError) -> None:
        """Close it within seconds, with a word to RabbitMQ if it listens."""
        with suppress(*CONNECTION_EXCEPTIONS):
            await ended_within(CLOSE_TIMEOUT, super().close(exc))
        self._transports.cut_off()


async def _is_restored(channel: AbstractRobustChannel) -> bool:
    try:
        await channel.restore()
    except Exception as failure:  # noqa: BLE001 -- whatever it is, a later try may work
        log.debug("Channel %s can't be opened yet: %r", channel, failure)
        return False
    return True


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
