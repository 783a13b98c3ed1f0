"""The processes of ours that a run is about: which commands, how many of each."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voyage.devstack.ports import free_port
from voyage.devstack.server_process import Server
from voyage.trips import Trip


@dataclass(frozen=True)
class Command:
    """A process of ours: its name in the run, what it logs when it is ready, and its module and arguments.

    `trip` is its own, if it has another than the run.
    """

    name: str
    ready: str
    module: Sequence[str]
    trip: type[Trip] | None = None


TWO_SERVICES, ONE_PROCESS = "two-services", "one-process"
CONSUMER, WORKER = ("Consumer ready", ("consumer",)), ("Worker ready", ("saga",))
BOTH = ("Consumer ready", ("consumer", "--with-worker"))
SHAPES: Mapping[str, Sequence[Command]] = {
    TWO_SERVICES: (
        Command("consumer-1", *CONSUMER),
        Command("consumer-2", *CONSUMER),
        Command("worker-1", *WORKER),
        Command("worker-2", *WORKER),
    ),
    ONE_PROCESS: (Command("both-1", *BOTH), Command("both-2", *BOTH)),
}


class Service(Server):
    """A process of ours as a server that can be killed, frozen and started again."""

    ready_within = 180.0

    def __init__(self, command: Command, environment: Mapping[str, str]) -> None:
        self.name = command.name
        super().__init__()
        self._command = command
        self.health_port = free_port()
        self._environment = {**environment, "VOYAGE_HEALTH_PORT": str(self.health_port)}
        self._said_before = 0

    def command(self) -> Sequence[str | Path]:
        """The module with its arguments, by this Python."""
        return [sys.executable, "-m", *self._command.module]

    def environment(self) -> Mapping[str, str]:
        """As it was given, with a port for its health."""
        return self._environment

    def spawn(self) -> None:
        """Start it without waiting; what it said in an earlier life doesn't make it ready."""
        self._said_before = self.log.stat().st_size if self.log.exists() else 0
        super().spawn()

    def is_ready(self) -> bool:
        """Whether it has said so."""
        with self.log.open("rb") as log:
            log.seek(self._said_before)
            return self._command.ready.encode() in log.read()
