"""What a way to book is: one trip per call, back when its answer is there."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from benchmarks.processes import Role
from voyage import devstack

TRIP = {"name": "John Doe", "car": "valid-car-id", "hotel": "valid-hotel-id", "flight": "valid-flight-id"}


@dataclass(frozen=True)
class Way:
    """How to book one trip, returning its status, and the processes of ours that are busy meanwhile."""

    name: str
    book: Callable[[], Awaitable[str]]
    roles: Mapping[str, Role]


Opened = Callable[[devstack.Servers], AbstractAsyncContextManager[Way]]
"""Sets a way up: its processes run, and it can book, for as long as the block lasts."""


def where(servers: devstack.Servers) -> dict[str, str]:
    """The environment that tells a process of ours where the servers are."""
    return {"AMQP_URL": servers.amqp_url, "TEMPORAL_ADDRESS": servers.temporal_address}
