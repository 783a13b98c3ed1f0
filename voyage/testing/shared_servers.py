"""Both servers, brought up once for all of pytest's processes, by a process that holds them.

`python -m voyage.testing.shared_servers FOLDER PID` is that process: it writes into the folder where they
are, and ends with SIGTERM, or with the process PID at the latest.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from voyage import devstack
from voyage.errors import DevstackError

NAMED = ("AMQP_URL", "TEMPORAL_ADDRESS")
_FOUND, _PID, _LOG, _LOCK = "servers.json", "pid", "log", "lock"
_START, _END = 180.0, 60.0  # seconds; the first start may fetch a server


def are_named() -> bool:
    """Whether the environment names both, so that there is nothing to bring up."""
    return all(os.environ.get(name) for name in NAMED)


def join(folder: Path, until_ends: int) -> devstack.Servers:
    """Where the servers are; whoever comes first starts them. Raises `DevstackError`."""
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = folder / _FOUND
        if not found.exists():
            _start(folder, until_ends)
        return devstack.Servers(**json.loads(found.read_text()))


def end(folder: Path) -> None:
    """End the servers, if anybody has started them, and return when they have ended."""
    pid = folder / _PID
    if not pid.exists():
        return
    with suppress(ProcessLookupError):  # they could not be started
        os.kill(int(pid.read_text()), signal.SIGTERM)
    deadline = time.monotonic() + _END
    while (folder / _FOUND).exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def _start(folder: Path, until_ends: int) -> None:
    with (folder / _LOG).open("w") as log:
        holder = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(folder), str(until_ends)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    (folder / _PID).write_text(str(holder.pid))
    deadline = time.monotonic() + _START
    while not (folder / _FOUND).exists():
        if holder.poll() is not None or time.monotonic() > deadline:
            holder.kill()
            raise DevstackError((folder / _LOG).read_text().strip() or "RabbitMQ and Temporal did not start.")
        time.sleep(0.05)


def _hold(folder: Path, until_ends: int) -> None:
    found = folder / _FOUND
    try:
        with devstack.stack(say=lambda _: None) as servers:
            part = folder / "part"
            part.write_text(json.dumps(asdict(replace(servers, started=()))))
            part.rename(found)
            while _lives(until_ends):
                time.sleep(0.3)
    except DevstackError as error:
        sys.exit(str(error))
    finally:
        found.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    _hold(Path(sys.argv[1]), int(sys.argv[2]))
