"""A private PostgreSQL from an installed one: own folder, own port, no password, as it is set by default."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from voyage.devstack.ports import HOST, free_port
from voyage.devstack.server_process import Server
from voyage.errors import DevstackError

USER = "temporal"
CONNECTIONS = 400
NO_POSTGRESQL = """PostgreSQL is not here. Install it, then try again:
  Debian, Ubuntu:  sudo apt-get install postgresql
  macOS:           brew install postgresql"""
_PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")


def installed() -> Path | None:
    """The folder with PostgreSQL's programs, of its newest version, if it is installed here."""
    found = [place for pattern in _PLACES for place in Path("/").glob(pattern[1:])]
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    return max((place for place in found if (place / "initdb").exists()), key=_version, default=None)


class PostgreSql(Server):
    """A server of one's own; `start()` returns when it takes connections of the user `temporal`."""

    name = "PostgreSQL"
    ready_within = 60.0
    stop_signal = signal.SIGINT  # SIGTERM waits for those who are connected

    def __init__(self) -> None:
        programs = installed()
        if programs is None:
            raise DevstackError(NO_POSTGRESQL)
        self._programs = programs
        self.user = _other_than_root()
        super().__init__()
        self.port = free_port()
        if self.user:
            shutil.chown(self.home, self.user)

    @property
    def works_in(self) -> Path:
        """Its own folder, as another user may not even look at ours."""
        return self.home

    def command(self) -> Sequence[str | Path]:
        """The server, which is reached by TCP alone."""
        settings = {"max_connections": CONNECTIONS, "unix_socket_directories": ""}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self._programs / "postgres", "-D", self._data, "-h", HOST, "-p", str(self.port), *words]

    def environment(self) -> Mapping[str, str]:
        """Nothing of ours."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}

    def is_ready(self) -> bool:
        """Whether it takes connections."""
        ask = [*self._program("pg_isready"), "-q", "-d", "postgres"]
        return subprocess.run(ask, check=False).returncode == 0

    def query(self, database: str, statement: str) -> list[list[str]]:
        """The rows of an answer, as text; raises `CalledProcessError`."""
        options = ["-U", USER, "-d", database, "-X", "-A", "-t", "-F", "\t", "-c", statement]
        said = subprocess.check_output([*self._program("psql"), *options], text=True)
        return [line.split("\t") for line in said.splitlines()]

    def spawn(self) -> None:
        """Start it without waiting, with an empty database at its first start."""
        if not self._data.exists():
            self._initialise()
        super().spawn()

    def kill(self) -> None:
        """Kill it outright, with its backends: one that lives on would keep it from starting again."""
        if self.is_running:
            self.pause()  # or it could have new ones
        super().kill()

    @property
    def _data(self) -> Path:
        return self.home / "data"

    def _program(self, name: str) -> list[str]:
        return [str(self._programs / name), "-h", HOST, "-p", str(self.port)]

    def _initialise(self) -> None:
        options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        made = subprocess.run(
            [str(self._programs / "initdb"), "-D", str(self._data), *options],
            user=self.user,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise DevstackError(f"PostgreSQL could not make its database. It said:\n{made.stderr}")

    def _signal(self, number: signal.Signals) -> None:
        """Tell its backends too, which lead groups of their own; an orderly end is its own business."""
        backends = _children(self.pid) if number is not self.stop_signal else []
        super()._signal(number)
        for backend in backends:
            with suppress(ProcessLookupError):
                os.kill(backend, number)


def _version(programs: Path) -> tuple[int, ...]:
    said = subprocess.check_output([programs / "postgres", "--version"], text=True)
    number = said.split()[2]
    return tuple(int(part) for part in number.split(".") if part.isdigit())


def _other_than_root() -> str | None:
    """Whom it runs as: it refuses to be root's."""
    if os.geteuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _children(pid: int) -> list[int]:
    listed = subprocess.check_output(["/bin/ps", "-A", "-o", "pid=,ppid="], text=True)
    pairs = (line.split() for line in listed.splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]
