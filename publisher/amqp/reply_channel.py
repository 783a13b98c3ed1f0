"""A channel that consumes a client's reply queue: opened when we say so, and not again by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self, cast

from aio_pika.abc import (
    AbstractIncomingMessage,
    AbstractRobustChannel,
    AbstractRobustConnection,
    AbstractRobustQueue,
)
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from aiormq import Channel

from publisher.amqp.connection import open_channel
from publisher.amqp.refusals import told_by_name
from publisher.settings import BrokerSettings
from voyage.runtime.awaiting import ended_within, library_calls

LIFETIME = 30 * 60 * 1000  # milliseconds that a reply queue outlives its client
PREFETCH = 100
_CLOSE_TIMEOUT = 2.0
Take = Callable[[AbstractIncomingMessage], Awaitable[None]]


@dataclass(frozen=True)
class ReplyChannel:
    """Consumes one queue until `lost` is set: by RabbitMQ, or as the connection is gone."""

    channel: AbstractRobustChannel
    lost: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    async def open(
        cls,
        connection: AbstractRobustConnection,
        queue: str,
        take: Take,
        new_by: BrokerSettings | None = None,
    ) -> Self:
        """Consume a queue, which is declared before if it is new, by these names of everything.

        Raises `NotPermittedError`, or `NotDeclaredError` if the queue is gone or its node away, and then
        leaves no channel behind.
        """
        opened = cls(await open_channel(connection, PREFETCH))
        try:
            with library_calls():
                await opened._consume(queue, take, new_by)
        except BaseException:
            await opened.close()
            raise
        return opened

    async def look(self, queue: str) -> None:
        """Raises `NotDeclaredError` if the queue is gone; on a node that is silent it never returns."""
        with library_calls(), told_by_name("read"):
            await self.channel.declare_queue(queue, passive=True, robust=False)

    async def delete(self, queue: str) -> None:
        """Consume no more, and delete the queue; raises as aio-pika does.

        In this order: RabbitMQ would cancel a consumer whose queue goes, and aiormq would log that.
        """
        with library_calls():
            link = cast("Channel", await self.channel.get_underlay_channel())
            for tag in tuple(link.consumers):
                await link.basic_cancel(tag)
            await self.channel.queue_delete(queue)
        await self.close()

    async def close(self) -> None:
        """Consume no more; returns within seconds."""
        with suppress(*CONNECTION_EXCEPTIONS):
            await ended_within(_CLOSE_TIMEOUT, self.channel.close())

    async def _consume(self, name: str, take: Take, new_by: BrokerSettings | None) -> None:
        link = cast("Channel", await self.channel.get_underlay_channel())
        link.on_consumer_cancel_callbacks.add(self._on_end)
        link.closing.add_done_callback(self._on_end)
        queue = await (self._declare(name, new_by) if new_by else self._find(name))
        with told_by_name("read"):
            await queue.consume(take, robust=False)

    async def _declare(self, name: str, names: BrokerSettings) -> AbstractRobustQueue:
        arguments = {"x-expires": LIFETIME}
        with told_by_name("configure"):
            queue = await self.channel.declare_queue(name, durable=True, arguments=arguments, robust=False)
        if names.reply_exchange:
            with told_by_name("write"):
                await queue.bind(names.reply_exchange, name, robust=False)
        return queue

    async def _find(self, name: str) -> AbstractRobustQueue:
        with told_by_name("read"):
            return await self.channel.declare_queue(name, passive=True, robust=False)

    def _on_end(self, _: Any) -> None:
        self.lost.set()
