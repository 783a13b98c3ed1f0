"""The peers: a service, its servers and its client."""

import asyncio
import json
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from benchmarks.measurement.processes import ProcessGroup, Roles, service
from benchmarks.peers.client import PYTHON, Connect, by_http, by_process
from benchmarks.peers.postgres import Postgres
from benchmarks.scenarios.scenario import TRIP, Scenario, Start
from voyage import devstack
from voyage.devstack.ports import free_port

WARM_UP = 60  # bookings at once, which open all connections
PACKAGES = ("celery", "kombu", "dbos", "faststream", "psycopg")


@dataclass(frozen=True)
class Peer:
    """A service of a peer; `servers` replaces the servers of Voyage in the figures.

    It is called after the warm-up, because PostgreSQL starts a process for each connection.
    """

    name: str
    command: Sequence[str]
    ready: str
    environment: Mapping[str, str]
    connect: Connect
    servers: Callable[[], Roles] = lambda: {"server": ProcessGroup()}

    def running(self) -> AbstractAsyncContextManager[ProcessGroup]:
        """Run the service until the end of the block; it can run again with what it stored."""
        return service(self.command, self.environment, self.ready, python=PYTHON)


StartPeer = Callable[[devstack.Servers], AbstractAsyncContextManager[Peer]]


@asynccontextmanager
async def celery(servers: devstack.Servers) -> AsyncIterator[Peer]:
    """Celery over RabbitMQ; its worker has one process for each core, the default."""
    module = "benchmarks.peers.celery_app"
    command = ("-m", "celery", "--app", module, "worker")
    yield Peer("celery", command, "Peer ready", _queue(servers), by_process(module))


@asynccontextmanager
async def faststream(servers: devstack.Servers) -> AsyncIterator[Peer]:
    """FastStream over RabbitMQ."""
    module = "benchmarks.peers.faststream_app"
    yield Peer("faststream", ("-m", module), "Peer ready", _queue(servers), by_process(module, "client"))


@asynccontextmanager
async def dbos_sqlite(_servers: devstack.Servers) -> AsyncIterator[Peer]:
    """DBOS over a SQLite file, its default."""
    with tempfile.TemporaryDirectory(prefix="voyage-bench-dbos-") as folder:
        yield _dbos("dbos-sqlite", f"sqlite:///{Path(folder) / 'dbos.sqlite'}", ProcessGroup)


@asynccontextmanager
async def dbos_postgres(_servers: devstack.Servers) -> AsyncIterator[Peer]:
    """DBOS over PostgreSQL, which its documentation recommends for production."""
    server = Postgres()
    try:
        await asyncio.to_thread(server.start)
        yield _dbos("dbos-postgres", server.url, lambda: ProcessGroup.tree(server.pid))
    finally:
        await asyncio.to_thread(server.close)


PEERS: Mapping[str, tuple[str, StartPeer]] = {
    "dbos-postgres": ("DBOS, PostgreSQL", dbos_postgres),
    "dbos-sqlite": ("DBOS, SQLite", dbos_sqlite),
    "celery": ("Celery", celery),
    "faststream": ("FastStream", faststream),
}


def scenario(start: StartPeer) -> Start:
    """The peer as a scenario."""

    @asynccontextmanager
    async def started(servers: devstack.Servers) -> AsyncIterator[Scenario]:
        async with start(servers) as peer, peer.running() as role, peer.connect(peer.environment) as client:

            async def book() -> str:
                return await client.book({**TRIP, "booking_id": uuid4().hex})

            await asyncio.gather(*(book() for _ in range(WARM_UP)))
            yield Scenario(peer.name, book, {**peer.servers(), **client.roles, "worker": role})

    return started


def versions() -> str:
    """The versions of the packages in `.venv-peers`."""
    code = "import importlib.metadata as m, json, sys; print(json.dumps([*map(m.version, sys.argv[1:])]))"
    found = subprocess.run([PYTHON, "-c", code, *PACKAGES], check=True, capture_output=True)
    return ", ".join(f"{name} {one}" for name, one in zip(PACKAGES, json.loads(found.stdout), strict=True))


def _dbos(name: str, url: str, server: Callable[[], ProcessGroup]) -> Peer:
    port = free_port()
    environment = {"DBOS_SYSTEM_DATABASE_URL": url, "PEERS_HTTP_PORT": str(port)}
    client = by_http(f"http://127.0.0.1:{port}/book")
    command = ("-m", "benchmarks.peers.dbos_app")

    def servers() -> Roles:
        return {"server": server(), "broker": ProcessGroup()}

    return Peer(name, command, "Uvicorn running", environment, client, servers)


def _queue(servers: devstack.Servers) -> Mapping[str, str]:
    return {"AMQP_URL": servers.amqp_url, "PEERS_QUEUE": f"bench.{uuid4().hex[:8]}.peer"}
