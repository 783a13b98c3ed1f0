"""Both servers at once: found where the environment says, else started, and ended when we are done."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType
from urllib.parse import urlsplit

from voyage.devstack import binaries, container
from voyage.devstack.fetching import Say
from voyage.devstack.ports import HOST, speaks_amqp
from voyage.devstack.rabbitmq import RabbitMq, installed
from voyage.devstack.server_process import Server
from voyage.devstack.temporal import Temporal, answers
from voyage.devstack.temporal_release import temporal_of_choice
from voyage.errors import DevstackError

RABBITMQ_PORT, TEMPORAL_PORT = 5672, 7233
NO_RABBITMQ = """RabbitMQ is not here, and neither is Docker. Get one, then try again:
  Debian, Ubuntu:  sudo apt-get install rabbitmq-server
  macOS:           brew install rabbitmq
  Docker:          https://docs.docker.com/get-docker/
or set AMQP_URL to a broker that runs."""


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
def stack(*, ui: bool = False, say: Say = print) -> Iterator[Servers]:
    """Bring up whatever `AMQP_URL` and `TEMPORAL_ADDRESS` don't name; what was started ends with the block.

    Raises a `DevstackError` that says what to do if a server can't be reached, had or started.
    """
    began = time.monotonic()
    with ExitStack() as running, sigterm_like_ctrl_c():
        amqp_url, rabbitmq = _rabbitmq(running, say, ui=ui)
        address, temporal = _temporal(running, say, ui=ui)
        for server in (rabbitmq, temporal):
            if server:
                server.wait()
                say(f"{server.name} is ready after {time.monotonic() - began:.0f} s")
        yield Servers(
            amqp_url=amqp_url,
            temporal_address=address,
            rabbitmq_ui=_ui(rabbitmq.ui_port if rabbitmq else None),
            temporal_ui=_ui(temporal.ui_port if temporal else None),
            started=[server for server in (rabbitmq, temporal) if server],
        )


@contextmanager
def containers(*, say: Say = print) -> Iterator[Servers]:
    """Both servers in containers, whatever else is there; they end with the block."""
    say("Starting RabbitMQ and Temporal in containers")
    with ExitStack() as running, sigterm_like_ctrl_c():
        amqp_url = running.enter_context(container.rabbitmq())
        yield Servers(amqp_url=amqp_url, temporal_address=running.enter_context(container.temporal()))


def _rabbitmq(running: ExitStack, say: Say, *, ui: bool) -> tuple[str, RabbitMq | None]:
    if url := os.environ.get("AMQP_URL"):
        _check_amqp(url)
        return url, None
    version = os.environ.get("RABBITMQ_SERVER", "")
    if version and not container.docker_answers():
        raise DevstackError(
            f"RABBITMQ_SERVER={version} asks for RabbitMQ in a container, and no Docker daemon answers. "
            "Start it, or unset the variable."
        )
    if version or (not installed() and container.docker_answers()):
        version = version or container.RABBITMQ
        say(f"Starting RabbitMQ {version} in a container")
        return running.enter_context(container.rabbitmq(version)), None
    if not installed() and not binaries.install_rabbitmq(say):
        raise DevstackError(NO_RABBITMQ)
    server = RabbitMq(port=RABBITMQ_PORT, ui=ui)
    _spawn(server, running, say, server.port)
    return server.url, server


def _temporal(running: ExitStack, say: Say, *, ui: bool) -> tuple[str, Temporal | None]:
    if address := os.environ.get("TEMPORAL_ADDRESS"):
        if not answers(address, os.environ.get("TEMPORAL_NAMESPACE", "default")):
            raise DevstackError(
                f"No Temporal server answers at {address}, as TEMPORAL_ADDRESS says. "
                "Start it, or unset the variable."
            )
        return address, None
    server = temporal_of_choice(say, port=TEMPORAL_PORT, ui=ui, durable=False)
    _spawn(server, running, say, server.port)
    return server.address, server


def _spawn(server: Server, running: ExitStack, say: Say, port: int) -> None:
    running.callback(server.close)
    running.callback(say, f"Stopping {server.name}")
    say(f"Starting {server.name} on port {port}")
    server.spawn()


def _check_amqp(url: str) -> None:
    parts = urlsplit(url)
    if "," in parts.netloc or ";" in url:
        return  # a cluster, of which a node may be away
    host, port = parts.hostname or "localhost", parts.port or RABBITMQ_PORT
    if parts.scheme == "amqp" and not speaks_amqp(host, port):
        raise DevstackError(
            f"No broker answers at {host}:{port}, as AMQP_URL says. Start it, or unset the variable."
        )


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
