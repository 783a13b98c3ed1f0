"""The transports of one connection: to one node of the cluster after the other, until one lets us in."""

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from typing import Any

from aiormq import TransportFactory
from aiormq.connection import TCPTransportFactory, TLSTransportFactory
from yarl import URL

from publisher.broker_url import DEFAULT_PORTS

_NODE_TIMEOUT = 3.0  # seconds for a node to let us in, where there are others


class Transports(TransportFactory):
    """Makes a connection's transports, and can cut off the newest: aiormq itself can only say goodbye.

    Each connection begins at a node by chance, and goes on to the one after it: at once where a node refuses
    or is silent, and each time that a connection is made again.
    """

    def __init__(self, nodes: Sequence[URL]) -> None:
        self._nodes = deque(nodes)
        self._nodes.rotate(random.randrange(len(nodes)))  # noqa: S311 -- not a secret
        self._newest: asyncio.StreamWriter | None = None

    @property
    def has_others(self) -> bool:
        """Whether there is more than one node."""
        return len(self._nodes) > 1

    async def create(self, url: URL, **kwargs: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """As aiormq makes one; raises what the last of the nodes answered."""
        factory = TLSTransportFactory() if url.scheme == "amqps" else TCPTransportFactory()
        others = len(self._nodes) - 1
        while True:
            node = self._nodes[0]
            self._nodes.rotate(-1)
            try:
                async with asyncio.timeout(_NODE_TIMEOUT if self.has_others else None):
                    there = url.with_host(node.host or "").with_port(node.port or DEFAULT_PORTS[node.scheme])
                    reader, self._newest = await factory.create(there, **kwargs)
            except OSError:  # a TimeoutError is one
                if not others:
                    raise
                others -= 1
            else:
                return reader, self._newest

    def cut_off(self) -> None:
        """End it without a word, and without waiting for what was not sent yet."""
        if self._newest:
            self._newest.transport.abort()
