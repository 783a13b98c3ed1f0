"""The real consumer and worker, as processes beside this one."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from voyage.errors import DevstackError

READY_WITHIN = 30.0
_SERVICES = {"consumer": "Consumer ready", "saga": "Worker ready"}


class ServiceError(DevstackError):
    """A service did not become ready; the text ends with its log."""


@contextmanager
def running(environment: Mapping[str, str], spans: Path | None = None) -> Iterator[Path]:
    """Consumer and worker, ready to book; yields the folder with their logs.

    With `spans`, both write their spans to that file, one JSON object per line; complete when the block ends.
    """
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voyage-dev-")))
        processes = {name: _start(name, logs, environment, spans) for name in _SERVICES}
        for process in processes.values():
            stack.callback(_end, process)
        for name, process in processes.items():
            _wait(name, process, logs)
        yield logs


def _start(
    name: str, logs: Path, environment: Mapping[str, str], spans: Path | None
) -> subprocess.Popen[bytes]:
    exporter = {"OTEL_TRACES_EXPORTER": "console"} if spans else {}
    with (logs / f"{name}.log").open("wb") as log, (spans or Path(os.devnull)).open("ab") as stdout:
        return subprocess.Popen(
            [sys.executable, "-m", name],
            env={**environment, **exporter},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=log,
            start_new_session=True,  # Ctrl-C is ours to pass on, in an orderly way
        )


def _wait(name: str, process: subprocess.Popen[bytes], logs: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while _SERVICES[name] not in (log := (logs / f"{name}.log").read_text()):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServiceError(f"The {name} process did not become ready. It said last:\n{log[-2000:]}")
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
