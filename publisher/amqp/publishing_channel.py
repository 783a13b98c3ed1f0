"""A channel with confirms, and the exchange through which it publishes."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from aio_pika.abc import AbstractExchange, AbstractRobustChannel, AbstractRobustConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from voyage.runtime.awaiting import library_calls

_CLOSING = set[asyncio.Task[None]]()


@dataclass(frozen=True)
class PublishingChannel:
    """Opens again by itself after a lost connection; exchanged for a fresh one if RabbitMQ nacks on it."""

    channel: AbstractRobustChannel
    exchange: AbstractExchange

    @classmethod
    async def open(cls, connection: AbstractRobustConnection, exchange: str = "") -> Self:
        """To the default exchange or a named one, which need not be there; raises as aio-pika does."""
        with library_calls():
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        return cls(channel, target)

    def close_after(self, seconds: float) -> None:
        """Close it then, when what is in flight on it has ended."""
        asyncio.get_running_loop().call_later(seconds, self._close)

    def _close(self) -> None:
        closing = asyncio.ensure_future(self._closed())
        _CLOSING.add(closing)
        closing.add_done_callback(_CLOSING.discard)

    async def _closed(self) -> None:
        with suppress(*CONNECTION_EXCEPTIONS), library_calls():
            await self.channel.close()
