"""A private PostgreSQL server with its default settings: it syncs each commit to the disk."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from voyage.devstack.ports import HOST, free_port
from voyage.devstack.server_process import Server
from voyage.errors import DevstackError


class Postgres(Server):
    """A server on a free port, with the superuser `postgres` and no password."""

    name = "PostgreSQL"
    ready_within = 30.0

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self._data = self.home / "data"

    @property
    def url(self) -> str:
        """Its URL for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@{HOST}:{self.port}/dbos"

    def start(self) -> None:
        """Make its data folder if there is none, start it, and wait until it is ready."""
        if not self._data.exists():
            if _not_root():
                shutil.chown(self.home, "nobody")
            made = [*_not_root(), _binary("initdb"), "--auth=trust", "--username=postgres", str(self._data)]
            subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        super().start()

    def command(self) -> Sequence[str | Path]:
        """The server, reachable only by TCP."""
        where = ["-h", HOST, "-p", str(self.port), "-k", ""]
        return [*_not_root(), _binary("postgres"), "-D", self._data, *where]

    def environment(self) -> Mapping[str, str]:
        """The environment of this process."""
        return os.environ

    def is_ready(self) -> bool:
        """Whether `pg_isready` says so."""
        asked = [_binary("pg_isready"), "-q", "-h", HOST, "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0


def _not_root() -> list[str]:
    """Run as `nobody`, since PostgreSQL refuses to run as root; end with this process."""
    return ["setpriv", "--reuid=nobody", "--clear-groups", "--pdeathsig=INT"] if os.getuid() == 0 else []


def _binary(name: str) -> str:
    found = shutil.which(name) or next(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), None)
    if found is None:
        raise DevstackError(f"{name} is not here. On Debian and Ubuntu: sudo apt-get install postgresql")
    return found
