"""What is started, waited for and ended, as a context manager if you like."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Lifetime(ABC):
    """`start()` and `close()` it, or use it in a `with` block."""

    @abstractmethod
    def spawn(self) -> None:
        """Start it without waiting."""

    @abstractmethod
    def wait(self) -> None:
        """Return when it is ready; raises `DevstackError` if it ends or takes too long."""

    @abstractmethod
    def close(self) -> None:
        """End it outright; nothing of it is left."""

    def start(self) -> None:
        """Start it and wait until it is ready; raises as `wait` does."""
        self.spawn()
        self.wait()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
