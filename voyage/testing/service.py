"""Consumer and worker as the processes that they are in production."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from voyage.dev.process import PROGRAMS
from voyage.devstack.server_process import Server
from voyage.testing.errors import HarnessError

_LAST_LINES = 15


class Service(Server):
    """One of both; its modules may be wherever pytest finds the tests'."""

    ready_within = 60.0

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        self.name = name
        super().__init__()
        self._module, self._ready = PROGRAMS[name]
        self._environment = environment

    def command(self) -> Sequence[str | Path]:
        """The module, by this Python; nothing in the working directory hides a package."""
        return [sys.executable, "-P", "-m", "voyage.testing.service_process", self._module, *sys.path]

    def environment(self) -> Mapping[str, str]:
        """As it was given."""
        return self._environment

    def is_ready(self) -> bool:
        """Whether it has said so."""
        return self._ready in self.log.read_text(errors="replace")

    @property
    def last_lines(self) -> str:
        """How its log ends."""
        said = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(said.splitlines()[-_LAST_LINES:])

    def check(self) -> None:
        """Raise `HarnessError` if it has ended."""
        __tracebackhide__ = True
        if self._process and (code := self._process.poll()) is not None:
            raise HarnessError(
                f"The {self.name} process has ended, with exit code {code}. It said last:\n{self.last_lines}"
            )
