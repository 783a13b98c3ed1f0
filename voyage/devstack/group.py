"""Servers that are one thing to whoever uses them: a cluster."""

from abc import abstractmethod
from collections.abc import Sequence

from voyage.devstack.lifetime import Lifetime
from voyage.devstack.server_process import Server


class Group(Lifetime):
    """Started and ended as one `Server` is; each of its `servers` can be stopped, killed and frozen alone."""

    name: str

    @property
    @abstractmethod
    def servers(self) -> Sequence[Server]:
        """All of them, in the order of their start."""

    def wait(self) -> None:
        """Return when all are ready; raises `DevstackError`."""
        for server in self.servers:
            server.wait()

    def require_running(self) -> None:
        """Raise `DevstackError` if one has ended by itself."""
        for server in self.servers:
            server.require_running()

    def close(self) -> None:
        """End them all, the last one first."""
        for server in reversed(self.servers):
            server.close()
