"""A scenario: one method of booking the same trip."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from benchmarks.measurement.processes import Roles
from voyage import devstack

TRIP = {"name": "John Doe", "car": "valid-car-id", "hotel": "valid-hotel-id", "flight": "valid-flight-id"}


@dataclass(frozen=True)
class Scenario:
    """`book` books one trip and returns its status; `roles` are its processes, with this environment.

    Its workflows are on `task_queue`; empty: it has none.
    """

    name: str
    book: Callable[[], Awaitable[str]]
    roles: Roles
    environment: Mapping[str, str] = field(default_factory=dict)
    task_queue: str = ""


Start = Callable[[devstack.Servers], AbstractAsyncContextManager[Scenario]]
"""Starts the processes of a scenario; they end with the block."""


def addresses(servers: devstack.Servers) -> Mapping[str, str]:
    """The environment that tells a process where the servers are."""
    return {"AMQP_URL": servers.amqp_url, "TEMPORAL_ADDRESS": servers.temporal_address}
