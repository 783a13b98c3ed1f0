"""The real consumer and worker, as processes beside this one, which can be replaced while they work.

Beside them is a console, if it can be: it needs an extra that the others don't.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from voyage.dev.live_logs import Show, showing
from voyage.dev.process import CONSOLE, PROGRAMS, Process, ServiceError
from voyage.devstack.ports import HOST, free_port

CONSOLE_PORT = 8090


class Services:
    """Consumer and worker, as they are now."""

    def __init__(
        self, environment: Mapping[str, str], logs: Path, spans: Path | None, *, console: bool = False
    ) -> None:
        self.logs = logs
        """The folder with the logs of both, which ends with them."""
        self._environment, self._spans = environment, spans
        self._running: dict[str, Process] = {}
        asked = environment.get("VOYAGE_CONSOLE_PORT", "")
        port = int(asked) if asked.isdecimal() else CONSOLE_PORT
        self._port = free_port(port) if console and find_spec("jinja2") else 0
        self._console: Process | None = None

    @property
    def console(self) -> str:
        """Where the console is; empty without one."""
        return f"http://{HOST}:{self._port}" if self._console else ""

    @property
    def health(self) -> Mapping[str, str]:
        """Where each of them says how it is, by its name."""
        return {name: process.health for name, process in self._running.items()}

    def replace(self) -> None:
        """Start both, and end those from before when the new ones are ready.

        Raises `ServiceError` if one doesn't become ready; then those from before go on.
        """
        new: dict[str, Process] = {}
        try:
            for name in PROGRAMS:
                new[name] = self._start(name)
            for process in new.values():
                process.wait()
        except BaseException:
            _end(new)
            raise
        before, self._running = self._running, new
        _end(before)
        self._show()

    def revive(self) -> Iterator[str]:
        """Start again what ended by itself, and say so; what can't be, waits for the next `replace`."""
        ended = {name: process for name, process in self._running.items() if process.code is not None}
        for name, process in ended.items():
            yield f"The {name} ended by itself, with exit code {process.code}; it is started again."
            self._running[name] = self._start(name)
            try:
                self._running[name].wait()
            except ServiceError as failure:
                _end({name: self._running.pop(name)})
                yield str(failure)
        if self._console and self._console.code is not None:
            yield f"The console ended by itself, with exit code {self._console.code}; it is started again."
            self._show()

    def end(self) -> None:
        """End all; what they have begun is finished first."""
        _end({**self._running, **({CONSOLE: self._console} if self._console else {})})

    def _start(self, name: str) -> Process:
        return Process(name, self.logs, self._environment, self._spans)

    def _show(self) -> None:
        """Start the console anew, for the trip that is there now; without it, all else goes on."""
        if not self._port:
            return
        if self._console:
            _end({CONSOLE: self._console})
        own = {
            "VOYAGE_CONSOLE_PORT": str(self._port),
            "VOYAGE_CONSOLE_SERVICES": ",".join(self.health.values()),
        }
        self._console = Process(CONSOLE, self.logs, {**self._environment, **own}, None)
        try:
            self._console.wait()
        except ServiceError:
            _end({CONSOLE: self._console})
            self._console = None


@contextmanager
def services(
    environment: Mapping[str, str],
    spans: Path | None = None,
    show: Show | None = None,
    *,
    console: bool = False,
) -> Iterator[Services]:
    """Consumer and worker, ready to book; `show` gets each line of their logs, with the process's name.

    With `console`, there is one beside them. With `spans`, consumer and worker write these to that file,
    one JSON object per line; complete when the block ends.
    """
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voyage-dev-")))
        if show:
            stack.enter_context(showing(logs, PROGRAMS, show))
        both = Services(environment, logs, spans, console=console)
        stack.callback(both.end)
        both.replace()
        yield both


def _end(processes: Mapping[str, Process]) -> None:
    for process in processes.values():
        process.tell_to_end()
    for process in processes.values():
        process.wait_for_the_end()
