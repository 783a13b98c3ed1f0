"""The peers, each with what it needs: queues of its own, a database file, a PostgreSQL server."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import psutil

from benchmarks.peers.asking import by_client, by_http
from benchmarks.peers.peer import Peer
from benchmarks.peers.postgres import Postgres
from benchmarks.processes import Role
from voyage import devstack
from voyage.devstack.ports import free_port


@asynccontextmanager
async def celery(servers: devstack.Servers) -> AsyncIterator[Peer]:
    """Celery over the same RabbitMQ: a worker with a process for each core, as it comes."""
    yield Peer(
        name="celery",
        command=("-m", "celery", "--app", "benchmarks.peers.celery_service", "worker"),
        ready="Peer ready",
        environment=_queue(servers),
        asked=by_client("benchmarks.peers.celery_client"),
        servers=lambda: {"server": Role()},
    )


@asynccontextmanager
async def faststream(servers: devstack.Servers) -> AsyncIterator[Peer]:
    """FastStream over the same RabbitMQ, with the steps in its handler."""
    yield Peer(
        name="faststream",
        command=("-m", "benchmarks.peers.faststream_service"),
        ready="Peer ready",
        environment=_queue(servers),
        asked=by_client("benchmarks.peers.faststream_client"),
        servers=lambda: {"server": Role()},
    )


@asynccontextmanager
async def dbos_sqlite(_servers: devstack.Servers) -> AsyncIterator[Peer]:
    """DBOS on a SQLite file, its default."""
    with tempfile.TemporaryDirectory(prefix="voyage-bench-dbos-") as folder:
        yield _dbos("dbos-sqlite", f"sqlite:///{Path(folder) / 'dbos.sqlite'}")


@asynccontextmanager
async def dbos_postgres(_servers: devstack.Servers) -> AsyncIterator[Peer]:
    """DBOS on a PostgreSQL server as it comes, which its documents recommend for production."""
    server = Postgres()
    try:
        await asyncio.to_thread(server.start)
        yield _dbos("dbos-postgres", server.url, server)
    finally:
        await asyncio.to_thread(server.close)


def _dbos(name: str, url: str, server: Postgres | None = None) -> Peer:
    port = free_port()
    return Peer(
        name=name,
        command=("-m", "benchmarks.peers.dbos_service"),
        ready="Uvicorn running",
        environment={"DBOS_SYSTEM_DATABASE_URL": url, "PEERS_HTTP_PORT": str(port)},
        asked=by_http(f"http://127.0.0.1:{port}/book"),
        servers=lambda: {"server": Role(psutil.Process(server.pid)) if server else Role(), "broker": Role()},
    )


def _queue(servers: devstack.Servers) -> dict[str, str]:
    return {"AMQP_URL": servers.amqp_url, "PEERS_QUEUE": f"bench.{uuid4().hex[:8]}.peer"}
