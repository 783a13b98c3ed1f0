"""A process of ours: its log, its health, its end, which comes with ours at the latest."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from voyage.devstack.parent_death import end_with_parent
from voyage.devstack.ports import HOST, free_port
from voyage.errors import DevstackError

READY_WITHIN = 30.0
END_WITHIN = 30.0
PROGRAMS = {"consumer": ("consumer", "Consumer ready"), "worker": ("saga", "Worker ready")}
"""What is started: the module, and what its log says when it is ready."""


CONSOLE = "console"
_STARTED = {**PROGRAMS, CONSOLE: ("console", "Console ready")}


class ServiceError(DevstackError):
    """A process did not become ready; the text ends with its log."""


class Process:
    """One of them from its start to its end; it appends to the log file that is named like it."""

    def __init__(self, name: str, logs: Path, environment: Mapping[str, str], spans: Path | None) -> None:
        module, self._ready = _STARTED[name]
        self._name, self._log = name, logs / f"{name}.log"
        self._log.touch()
        self._began_at = self._log.stat().st_size
        port = free_port()
        self.health = f"http://{HOST}:{port}/readyz"
        exporter = {"OTEL_TRACES_EXPORTER": "console"} if spans else {}
        with self._log.open("ab") as log, (spans or Path(os.devnull)).open("ab") as stdout:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module],
                env={**environment, "VOYAGE_HEALTH_PORT": str(port), **exporter},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=log,
                start_new_session=True,  # Ctrl-C is ours to pass on, in an orderly way
                preexec_fn=end_with_parent(),  # noqa: PLW1509 -- one system call, no locks
            )

    @property
    def code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def wait(self) -> None:
        """Return when it is ready; raises `ServiceError` if it ends or takes too long."""
        deadline = time.monotonic() + READY_WITHIN
        while self._ready not in (said := self._said()):
            if self.code is not None or time.monotonic() > deadline:
                raise ServiceError(f"The {self._name} did not become ready. It said last:\n{said[-2000:]}")
            time.sleep(0.05)

    def tell_to_end(self) -> None:
        """Let it finish what it has begun."""
        self._process.terminate()

    def wait_for_the_end(self) -> None:
        """Return when it has ended, at the latest after `END_WITHIN` seconds."""
        try:
            self._process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _said(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._began_at)
            return log.read().decode(errors="replace")
