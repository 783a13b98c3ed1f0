"""Both servers at once: found where the environment says, else started, and ended when we are done."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType

from voyage.devstack import container, rabbitmq_of_choice
from voyage.devstack.fetching import Say
from voyage.devstack.group import Group
from voyage.devstack.ports import HOST
from voyage.devstack.rabbitmq import RabbitMq
from voyage.devstack.rabbitmq_cluster import RabbitMqCluster
from voyage.devstack.server_process import Server
from voyage.devstack.temporal import Temporal, answers
from voyage.devstack.temporal_cluster import TemporalCluster
from voyage.devstack.temporal_release import temporal_of_choice
from voyage.errors import DevstackError

TEMPORAL_PORT = 7233
WORLD, CLUSTER = "WORLD", "cluster"


def clusters_are_asked_for() -> bool:
    """Whether the environment says `WORLD=cluster`."""
    return os.environ.get(WORLD) == CLUSTER


@dataclass(frozen=True)
class Servers:
    """Where the servers are, and their web UIs if there are any."""

    amqp_url: str
    temporal_address: str
    rabbitmq_ui: str | None = None
    temporal_ui: str | None = None
    started: Sequence[Server] = ()
    """Those that were started here, and end with us."""

    def require_running(self) -> None:
        """Raise `DevstackError` if one that was started here has ended by itself."""
        for server in self.started:
            server.require_running()


@contextmanager
def stack(*, ui: bool = False, say: Say = print, cluster: bool | None = None) -> Iterator[Servers]:
    """Bring up whatever `AMQP_URL` and `TEMPORAL_ADDRESS` don't name; what was started ends with the block.

    `cluster`: three RabbitMQ nodes, and Temporal hosts over PostgreSQL; None: if `WORLD` says so.
    Raises a `DevstackError` that says what to do if a server can't be reached, had or started.
    """
    began = time.monotonic()
    cluster = clusters_are_asked_for() if cluster is None else cluster
    with ExitStack() as running, sigterm_like_ctrl_c():
        amqp_url, rabbitmq = _rabbitmq(running, say, ui=ui, cluster=cluster)
        address, temporal = _temporal(running, say, ui=ui, cluster=cluster)
        started = [one for one in (rabbitmq, temporal) if one]
        for one in started:
            one.wait()
            say(f"{one.name} is ready after {time.monotonic() - began:.0f} s")
        yield Servers(
            amqp_url=amqp_url,
            temporal_address=address,
            rabbitmq_ui=_ui(rabbitmq.ui_port if rabbitmq else None),
            temporal_ui=_ui(temporal.ui_port if temporal else None),
            started=[server for one in started for server in _members(one)],
        )


@contextmanager
def containers(*, say: Say = print) -> Iterator[Servers]:
    """Both servers in containers, whatever else is there; they end with the block."""
    say("Starting RabbitMQ and Temporal in containers")
    with ExitStack() as running, sigterm_like_ctrl_c():
        amqp_url = running.enter_context(container.rabbitmq())
        yield Servers(amqp_url=amqp_url, temporal_address=running.enter_context(container.temporal()))


def _rabbitmq(
    running: ExitStack, say: Say, *, ui: bool, cluster: bool
) -> tuple[str, RabbitMq | RabbitMqCluster | None]:
    if url := rabbitmq_of_choice.named():
        return url, None
    if cluster:
        nodes = rabbitmq_of_choice.cluster_of_our_own(say)
        _spawn(nodes, running, say, f"{len(nodes.nodes)} nodes")
        return nodes.url, nodes
    if url := rabbitmq_of_choice.in_container(running, say):
        return url, None
    server = rabbitmq_of_choice.of_our_own(say, ui=ui)
    _spawn(server, running, say, f"port {server.port}")
    return server.url, server


def _temporal(
    running: ExitStack, say: Say, *, ui: bool, cluster: bool
) -> tuple[str, Temporal | TemporalCluster | None]:
    if address := os.environ.get("TEMPORAL_ADDRESS"):
        if not answers(address, os.environ.get("TEMPORAL_NAMESPACE", "default")):
            raise DevstackError(
                f"No Temporal server answers at {address}, as TEMPORAL_ADDRESS says. "
                "Start it, or unset the variable."
            )
        return address, None
    if cluster:
        hosts = TemporalCluster(say)
        _spawn(hosts, running, say, f"{len(hosts.hosts)} hosts over PostgreSQL")
        return hosts.address, hosts
    server = temporal_of_choice(say, port=TEMPORAL_PORT, ui=ui, durable=False)
    _spawn(server, running, say, f"port {server.port}")
    return server.address, server


def _spawn(server: Server | Group, running: ExitStack, say: Say, where: str) -> None:
    running.callback(server.close)
    running.callback(say, f"Stopping {server.name}")
    say(f"Starting {server.name} on {where}")
    server.spawn()


def _members(one: Server | Group) -> Sequence[Server]:
    return one.servers if isinstance(one, Group) else (one,)


def _ui(port: int | None) -> str | None:
    return f"http://{HOST}:{port}" if port else None


@contextmanager
def sigterm_like_ctrl_c() -> Iterator[None]:
    """Let SIGTERM unwind like Ctrl-C, so that what was started ends."""

    def unwind(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
