"""The servers that a benchmark has started: their CPU time and memory, and what they wrote."""

from collections.abc import Mapping
from contextlib import suppress

import psutil

from benchmarks.measurement.processes import ProcessGroup, Roles
from voyage import devstack
from voyage.devstack.postgresql import PostgreSql
from voyage.devstack.temporal_cluster import DATABASES

KINDS = {"Temporal": "server", "RabbitMQ": "broker"}
WRITTEN = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
COMMITTED = "SELECT sum(xact_commit) FROM pg_stat_database"
LOGGED = "SELECT pg_current_wal_lsn() - '0/0'"


class Changing(ProcessGroup):
    """A server that starts and ends processes of its own while it runs; it is their only parent."""

    def __init__(self, parent: psutil.Process) -> None:
        super().__init__(parent)
        self._parent = parent

    def cpu_seconds(self) -> float:
        """The CPU time of those that run, and of those that have ended."""
        used = 0.0
        for child in self._parent.children():
            with suppress(psutil.NoSuchProcess):  # it has just ended: the parent's times have it
                used += ProcessGroup(child).cpu_seconds()
        own = self._parent.cpu_times()
        return used + own.user + own.system + own.children_user + own.children_system


def roles(servers: devstack.Servers) -> Roles:
    """The servers by their roles: those that the environment named are not ours, and left out."""
    found: dict[str, ProcessGroup] = {}
    for one in servers.started:
        role = KINDS.get(one.name.split("-")[0])
        if isinstance(one, PostgreSql):
            found["database"] = Changing(psutil.Process(one.pid))
        elif role:
            before = found[role].processes if role in found else ()
            found[role] = ProcessGroup(*before, *ProcessGroup.tree(one.pid).processes)
    return found


def written(servers: devstack.Servers) -> Mapping[str, float]:
    """What PostgreSQL has written so far: rows, transactions, and KiB of its log; nothing without it."""
    database = next((one for one in servers.started if isinstance(one, PostgreSql)), None)
    if database is None:
        return {}
    numbers = {"rows": 0.0, "transactions": _number(database, DATABASES[0], COMMITTED)}
    for name in DATABASES:
        numbers["rows"] += _number(database, name, WRITTEN)
    numbers["log_kib"] = _number(database, DATABASES[0], LOGGED) / 1024
    return numbers


def _number(database: PostgreSql, name: str, statement: str) -> float:
    [[number]] = database.query(name, statement)
    return float(number)
