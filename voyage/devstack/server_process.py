"""A server process of ours: started in a session of its own, ended as a whole, with us at the latest."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from voyage.devstack.lifetime import Lifetime
from voyage.devstack.parent_death import end_with_parent
from voyage.errors import DevstackError

STOP_TIMEOUT = 20.0
LONGEST_LINE = 500  # of a log that is shown: Temporal's have whole stacks


class Server(Lifetime):
    """A server that can be stopped, killed and started again on the same port with the same data."""

    name: str
    ready_within: float
    stop_signal = signal.SIGTERM
    """What makes it end in an orderly way."""
    user: str | None = None
    """Whom it runs as; None for whoever starts it."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix=f"devstack-{self.name.lower()}-"))
        self._log = self.home / "output.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def works_in(self) -> Path | None:
        """The folder in which it runs; None for that of whoever starts it."""
        return None

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """What to run."""

    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """The environment to run it in."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers, tried by asking it."""

    @property
    def pid(self) -> int:
        """The id of the process, which leads its own process group."""
        if self._process is None:
            raise DevstackError(f"{self.name} is not running")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether its process is there, ready or not."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> Path:
        """What it has printed, over all its restarts."""
        return self._log

    def require_running(self) -> None:
        """Raise `DevstackError`, with what it said last, if it has ended by itself."""
        if self._process is not None and (code := self._process.poll()) is not None:
            how = (
                f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
            )
            raise DevstackError(f"{self.name} {how}. It said last:\n{self._last_words()}")

    def spawn(self) -> None:
        """Start it without waiting."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                env=dict(self.environment()),
                cwd=self.works_in,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user,
                preexec_fn=end_with_parent(self.stop_signal),  # noqa: PLW1509 -- one system call, no locks
            )

    def wait(self) -> None:
        """Return when it is ready; raises `StartError` if it ends or takes too long."""
        self.wait_until(self.is_ready)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Return when this is so; raises as `wait` does."""
        deadline = time.monotonic() + self.ready_within
        while not is_so():
            if self._process is None or self._process.poll() is not None:
                raise DevstackError(f"{self.name} ended at once. It said last:\n{self._last_words()}")
            if time.monotonic() > deadline:
                late = f"{self.name} is not ready after {self.ready_within:g} s."
                raise DevstackError(f"{late} It said last:\n{self._last_words()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it in an orderly way; the data stays."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """Kill it outright; the data stays."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Freeze it: connections stay open and nobody answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Unfreeze it."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End it outright, which takes no time, as its folder is removed with all that is in it."""
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._signal(number)
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()
        self._signal(signal.SIGKILL)  # whatever of its group is left
        self._process = None

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-15:]
        return "\n".join(line[:LONGEST_LINE] for line in lines)
