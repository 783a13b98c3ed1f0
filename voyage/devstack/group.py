"""Servers that are one thing to whoever uses them: a cluster."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from voyage.devstack.server_process import Server


class Group(ABC):
    """Started and ended as one `Server` is; each of its `servers` can be stopped, killed and frozen alone."""

    name: str

    @property
    @abstractmethod
    def servers(self) -> Sequence[Server]:
        """All of them, in the order of their start."""

    @abstractmethod
    def spawn(self) -> None:
        """Start them, without waiting for what nobody else waits for."""

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

    def __enter__(self) -> Self:
        try:
            self.spawn()
            self.wait()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
