"""Connecting a client: to be awaited, or to be entered as a context manager."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Generic, Protocol, TypeVar

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import RECONNECT_INTERVAL, declare_topology
from publisher.amqp.outage_log import quiet_connections, tell_outages
from publisher.errors import BrokerUnreachableError
from publisher.settings import BrokerSettings


class Closable(Protocol):
    """What can be closed."""

    async def close(self) -> None:
        """Close it."""
        ...


C = TypeVar("C", bound=Closable)


class Connecting(Generic[C]):
    """`await` it for a client to be closed later, or `async with` it for one that ends with the block."""

    def __init__(self, connect: Callable[[], Awaitable[C]]) -> None:
        self._connect = connect
        self._client: C | None = None

    def __await__(self) -> Generator[Any, None, C]:
        return self._connect().__await__()

    async def __aenter__(self) -> C:
        self._client = await self._connect()
        return self._client

    async def __aexit__(self, *_: object) -> None:
        if self._client:
            await self._client.close()


async def publisher_within(settings: BrokerSettings, name: str, wait: float) -> ConfirmedPublisher:
    """A publisher, and the contract's queues declared; RabbitMQ is waited for, so many seconds."""
    until = time.monotonic() + wait
    while True:
        try:
            with quiet_connections():
                await declare_topology(settings, own_results=True)
                publisher = await ConfirmedPublisher.connect(settings, name, routes=settings.routes)
        except BrokerUnreachableError:
            if time.monotonic() >= until:
                raise
            await asyncio.sleep(RECONNECT_INTERVAL)
        else:
            tell_outages(publisher.connection, name, settings.shown_address)
            return publisher
