"""The real consumer and worker, as processes beside this one, which can be replaced while they work."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from voyage.dev.live_logs import Show, showing
from voyage.dev.process import PROGRAMS, Process, ServiceError


class Services:
    """Consumer and worker, as they are now."""

    def __init__(self, environment: Mapping[str, str], logs: Path, spans: Path | None) -> None:
        self.logs = logs
        """The folder with the logs of both, which ends with them."""
        self._environment, self._spans = environment, spans
        self._running: dict[str, Process] = {}

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

    def end(self) -> None:
        """End both; what they have begun is finished first."""
        _end(self._running)

    def _start(self, name: str) -> Process:
        return Process(name, self.logs, self._environment, self._spans)


@contextmanager
def services(
    environment: Mapping[str, str], spans: Path | None = None, show: Show | None = None
) -> Iterator[Services]:
    """Consumer and worker, ready to book; `show` gets each line of their logs, with the process's name.

    With `spans`, both write their spans to that file, one JSON object per line; complete when the block ends.
    """
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voyage-dev-")))
        if show:
            stack.enter_context(showing(logs, PROGRAMS, show))
        both = Services(environment, logs, spans)
        stack.callback(both.end)
        both.replace()
        yield both


def _end(processes: Mapping[str, Process]) -> None:
    for process in processes.values():
        process.tell_to_end()
    for process in processes.values():
        process.wait_for_the_end()
