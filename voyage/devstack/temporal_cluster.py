"""Temporal as users run it: hosts with all four services each, over PostgreSQL, as it is set by default."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from voyage.devstack import binaries
from voyage.devstack.balancer import Balancer
from voyage.devstack.fetching import Say
from voyage.devstack.group import Group
from voyage.devstack.ports import HOST, listening
from voyage.devstack.postgresql import USER, PostgreSql
from voyage.devstack.server_process import Server
from voyage.devstack.temporal_release import STORES, TemporalRelease, chosen
from voyage.errors import DevstackError

NEWEST = "1.32"
HOSTS, SHARDS = 2, 64
_PLUGIN = "postgres12_pgx"
DATABASES = ("temporal", "visibility")
_SCHEMAS = dict(zip(STORES, DATABASES, strict=True))
_CONNECTIONS = 20  # of each service to each store, as in Temporal's images


class TemporalHost(TemporalRelease):
    """One of them; they find each other in the database."""

    ours: Mapping[str, str] = {}  # Temporal's own defaults, as users have them

    def __init__(self, binary: Path, number: int, postgresql: PostgreSql, shards: int) -> None:
        self.name = f"Temporal-{number}"
        super().__init__(binary)
        self._postgresql, self._shards = postgresql, shards

    def environment(self) -> Mapping[str, str]:
        """Ours."""
        return os.environ

    def _persistence(self) -> Mapping[str, Any]:
        stores = {name: {"sql": self._sql(schema)} for name, schema in _SCHEMAS.items()}
        return {**super()._persistence(), "numHistoryShards": self._shards, "datastores": stores}

    def _sql(self, database: str) -> Mapping[str, Any]:
        return {
            "pluginName": _PLUGIN,
            "databaseName": database,
            "connectAddr": f"{HOST}:{self._postgresql.port}",
            "connectProtocol": "tcp",
            "user": USER,
            "password": USER,
            "maxConns": _CONNECTIONS,
            "maxIdleConns": _CONNECTIONS,
            "maxConnLifetime": "1h",
        }


class TemporalCluster(Group):
    """Hosts, each of which can be stopped, killed, frozen and started again, as can `postgresql`."""

    name = "Temporal"
    ui_port = None

    def __init__(self, say: Say, *, hosts: int = HOSTS, shards: int = SHARDS) -> None:
        """Raises `DevstackError` that says what to install; `say` hears of what has to be built."""
        version = chosen() or NEWEST
        self.postgresql = PostgreSql()
        binary, self._sql_tool = (
            fetch(version, say) for fetch in (binaries.temporal_server, binaries.temporal_sql_tool)
        )
        self.hosts = [TemporalHost(binary, number, self.postgresql, shards) for number in range(1, hosts + 1)]
        self._balancer = Balancer("Balancer", [host.port for host in self.hosts])

    @property
    def servers(self) -> Sequence[Server]:
        """PostgreSQL, the hosts, and the balancer before them."""
        return (self.postgresql, *self.hosts, self._balancer)

    @property
    def port(self) -> int:
        """Where a client gets any of the hosts that run."""
        return self._balancer.port

    @property
    def address(self) -> str:
        """The same, as `TEMPORAL_ADDRESS`."""
        return f"{HOST}:{self.port}"

    def spawn(self) -> None:
        """Start PostgreSQL, make the schemas, start the hosts; they may not be ready when it returns.

        The first alone fills the empty database: two that try it at the same time end at once.
        """
        self.postgresql.start()
        for database in DATABASES:
            self._make(database)
        first, *others = self.hosts
        first.spawn()
        first.wait_until(lambda: listening(HOST, first.port))
        for server in (*others, self._balancer):
            server.spawn()

    def _make(self, database: str) -> None:
        schema = f"postgresql/v12/{database}"
        for step in (["create"], ["setup-schema", "-v", "0.0"], ["update-schema", "--schema-name", schema]):
            self._sql(database, *step)

    def _sql(self, database: str, *step: str) -> None:
        where = ["--plugin", _PLUGIN, "--ep", HOST, "-p", str(self.postgresql.port), "--db", database]
        command: list[str | Path] = [self._sql_tool, *where, "-u", USER, "--pw", USER, *step]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DevstackError(f"Temporal's schemas could not be made. It said:\n{done.stdout}{done.stderr}")
