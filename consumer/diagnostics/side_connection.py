"""A connection for looks at RabbitMQ, apart from those that work: what a look breaks is its own affair."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeVar

from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from aiormq.exceptions import ChannelClosed

from consumer.settings import ConsumerSettings
from publisher.amqp.connection import connected
from publisher.errors import BrokerUnreachableError
from voyage.runtime.awaiting import ended_within

T = TypeVar("T")
ANSWER_TIMEOUT = 8.0


class SideConnection:
    """Opened by the first look, kept, and opened anew when it is lost or RabbitMQ falls silent on it."""

    def __init__(self, settings: ConsumerSettings) -> None:
        self._settings = settings
        self._opening = asyncio.Lock()
        self._open: tuple[AbstractConnection, AsyncExitStack] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def connection(self) -> AbstractConnection:
        """The connection itself, which stays ours to close; raises as `connected` does."""
        async with self._opening:
            if self._open is None or _is_lost(self._open[0]):
                self._drop()
                stack = AsyncExitStack()
                self._open = await stack.enter_async_context(connected(self._settings)), stack
            return self._open[0]

    async def ask(self, look: Callable[[AbstractConnection], Awaitable[T]]) -> T:
        """What a look finds; raises RabbitMQ's answer, or `BrokerUnreachableError` if there is none."""
        try:
            return await ended_within(ANSWER_TIMEOUT, self._ask(look))
        except ChannelClosed:
            raise  # which is RabbitMQ's answer
        except CONNECTION_EXCEPTIONS as lost:
            self._drop()
            raise BrokerUnreachableError(
                f"RabbitMQ at {self._settings.shown_address} doesn't answer. Look at it."
            ) from lost

    async def close(self) -> None:
        """Close it, if it is open."""
        self._drop()
        if self._closing:
            await asyncio.wait(self._closing)

    async def _ask(self, look: Callable[[AbstractConnection], Awaitable[T]]) -> T:
        return await look(await self.connection())

    def _drop(self) -> None:
        if self._open:
            _, stack = self._open
            self._open = None
            closing = asyncio.create_task(stack.aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)


def _is_lost(connection: AbstractConnection) -> bool:
    """Whether it is closed; aio-pika itself doesn't say so of one that RabbitMQ has closed."""
    transport = connection.transport
    return transport is None or transport.connection.is_closed
