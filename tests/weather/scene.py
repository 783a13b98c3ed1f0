"""Where a fault happens, and what it must tell the check."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from tests.chaos.environment import World
from tests.chaos.faults.supervisor import Supervisor
from tests.chaos.processes import Service

USER = "services"
"""Whom RabbitMQ knows our services as."""


@dataclass(frozen=True)
class Scene:
    """A world with its supervisor."""

    world: World
    supervisor: Supervisor
    dead: list[tuple[str | None, str | None]] = field(default_factory=list)
    """Message id and correlation id of each dead letter that a fault took away with its queue."""

    @property
    def services(self) -> Mapping[str, Service]:
        """Our processes by name."""
        return {service.name: service for service in self.world.services}

    def those(self, role: str) -> list[str]:
        """The names of the `consumer`s or `worker`s; a process that is both counts as each."""
        return [name for name in self.services if name.startswith((role, "both"))]


@dataclass(frozen=True)
class Fault:
    """What happens within a block of `does`, and for how many seconds; 0: it is over at once.

    `tells` are the roles that could notice it. `poison` is how many messages that cannot be
    handled come while it lasts. If it `expires` requests, each of them may be rejected for that. `brief` ones
    are the short form.
    """

    name: str
    does: Callable[[Scene], AbstractAsyncContextManager[None]]
    seconds: float = 0.0
    tells: Sequence[str] = ("consumer", "worker")
    poison: int = 0
    expires: bool = False
    brief: bool = False
