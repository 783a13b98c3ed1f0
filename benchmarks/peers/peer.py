"""What a peer is to the benchmark: a service to start, a client to ask, and the way to book of both."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from benchmarks.peers.asking import PYTHON, Asked
from benchmarks.processes import Role, service
from benchmarks.ways.way import TRIP, Opened, Way
from voyage import devstack

WARM = 60  # bookings at once, after which every process and connection there will be is there


@dataclass(frozen=True)
class Peer:
    """A service that says `ready`, the environment that tells it where its servers are, and how it is asked.

    `servers` are the servers that work for it, or nobody for one that doesn't.
    """

    name: str
    command: Sequence[str]
    ready: str
    environment: Mapping[str, str]
    asked: Asked
    servers: Callable[[], Mapping[str, Role]] = field(default=dict)

    def running(self) -> AbstractAsyncContextManager[Role]:
        """Its service for as long as the block lasts; may be entered again with what it stored."""
        return service(self.command, self.environment, self.ready, python=PYTHON)


Set = Callable[[devstack.Servers], AbstractAsyncContextManager[Peer]]
"""Brings up what a peer needs, for as long as the block lasts."""


def way(peer_set: Set) -> Opened:
    """The peer as a way to book, for the table of ways."""

    @asynccontextmanager
    async def opened(servers: devstack.Servers) -> AsyncIterator[Way]:
        async with peer_set(servers) as peer, peer.running() as role, peer.asked(peer.environment) as client:

            async def book() -> str:
                return await client.book({**TRIP, "booking_id": uuid4().hex})

            await asyncio.gather(*(book() for _ in range(WARM)))
            yield Way(peer.name, book, {**peer.servers(), **client.roles, "worker": role})

    return opened
