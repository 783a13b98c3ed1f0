"""Connecting a client: to be awaited, or to be entered as a context manager."""

import asyncio
import time
from collections.abc import Generator
from typing import Any, Generic, Protocol, TypeVar

from pydantic import SecretStr

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import RECONNECT_INTERVAL, declare_topology
from publisher.errors import BrokerUnreachableError
from publisher.settings import BrokerSettings
from voyage.runtime.settings import load_settings


class Closable(Protocol):
    """What can be closed."""

    async def close(self) -> None:
        """Close it."""
        ...


class Made(Protocol):
    """What makes a client of its connection."""

    def __call__(self, publisher: ConfirmedPublisher, settings: BrokerSettings) -> Any:
        """The client."""
        ...


C = TypeVar("C", bound=Closable)


class Connecting(Generic[C]):
    """`await` it for a client to be closed later, or `async with` it for one that ends with the block."""

    def __init__(
        self, made: Made, amqp_url: str | None, settings: BrokerSettings | None, name: str, wait: float
    ) -> None:
        self._made = made
        self._amqp_url = amqp_url
        self._settings = settings
        self._name = name
        self._wait = wait
        self._client: C | None = None

    def __await__(self) -> Generator[Any, None, C]:
        return self._connect().__await__()

    async def __aenter__(self) -> C:
        self._client = await self._connect()
        return self._client

    async def __aexit__(self, *_: object) -> None:
        if self._client:
            await self._client.close()

    async def _connect(self) -> C:
        settings = self._settings or load_settings(BrokerSettings)
        if self._amqp_url:
            settings = settings.model_copy(update={"amqp_url": SecretStr(self._amqp_url)})
        until = time.monotonic() + self._wait
        while True:
            try:
                await declare_topology(settings)
                publisher = await ConfirmedPublisher.connect(settings, self._name)
            except BrokerUnreachableError:
                if time.monotonic() >= until:
                    raise
                await asyncio.sleep(RECONNECT_INTERVAL)
            else:
                client: C = self._made(publisher, settings)
                return client
