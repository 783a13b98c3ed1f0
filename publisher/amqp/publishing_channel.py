"""A channel with confirms, and the exchange through which it publishes."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from aio_pika.abc import AbstractExchange, AbstractRobustChannel, AbstractRobustConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from voyage.runtime.awaiting import library_calls

NO_ROUTES: Mapping[str, str] = MappingProxyType({})
_CLOSING = set[asyncio.Task[None]]()


@dataclass(frozen=True)
class PublishingChannel:
    """Opens again by itself after a lost connection; exchanged for a fresh one if RabbitMQ nacks on it."""

    channel: AbstractRobustChannel
    exchange: AbstractExchange
    others: Mapping[str, AbstractExchange] = field(default_factory=dict)

    @classmethod
    async def open(
        cls, connection: AbstractRobustConnection, exchange: str = "", routes: Mapping[str, str] = NO_ROUTES
    ) -> Self:
        """To the default exchange or a named one, which need not be there; raises as aio-pika does.

        `routes` name the exchanges of those routing keys that go by another.
        """
        with library_calls():
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        others = {key: await channel.get_exchange(other, ensure=False) for key, other in routes.items()}
        return cls(channel, target, others)

    def to(self, routing_key: str) -> AbstractExchange:
        """The exchange by which this routing key goes."""
        return self.others.get(routing_key, self.exchange)

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
