"""Which RabbitMQ it is: the one that the environment names, in a container, or of our own."""

import os
from contextlib import ExitStack
from urllib.parse import urlsplit

from voyage.devstack import binaries, container
from voyage.devstack.fetching import Say
from voyage.devstack.ports import speaks_amqp
from voyage.devstack.rabbitmq import RabbitMq, installed
from voyage.devstack.rabbitmq_cluster import RabbitMqCluster
from voyage.errors import DevstackError

PORT = 5672
NO_RABBITMQ = """RabbitMQ is not here, and neither is Docker. Get one, then try again:
  Debian, Ubuntu:  sudo apt-get install rabbitmq-server
  macOS:           brew install rabbitmq
  Docker:          https://docs.docker.com/get-docker/
or set AMQP_URL to a broker that runs."""


def named() -> str | None:
    """What `AMQP_URL` names; raises `DevstackError` if nobody answers there."""
    if url := os.environ.get("AMQP_URL"):
        _check(url)
    return url


def in_container(running: ExitStack, say: Say) -> str | None:
    """The URL of one that was started in a container, as asked for or for want of another."""
    version = os.environ.get("RABBITMQ_SERVER", "")
    if version and not container.docker_answers():
        raise DevstackError(
            f"RABBITMQ_SERVER={version} asks for RabbitMQ in a container, and no Docker daemon answers. "
            "Start it, or unset the variable."
        )
    if not version and (installed() or not container.docker_answers()):
        return None
    version = version or container.RABBITMQ
    say(f"Starting RabbitMQ {version} in a container")
    return running.enter_context(container.rabbitmq(version))


def of_our_own(say: Say, *, ui: bool) -> RabbitMq:
    """A node, at its usual port if that is free."""
    _require_installed(say)
    return RabbitMq(port=PORT, ui=ui)


def cluster_of_our_own(say: Say) -> RabbitMqCluster:
    """Three nodes."""
    _require_installed(say)
    return RabbitMqCluster()


def _require_installed(say: Say) -> None:
    if not installed() and not binaries.install_rabbitmq(say):
        raise DevstackError(NO_RABBITMQ)


def _check(url: str) -> None:
    parts = urlsplit(url)
    if "," in parts.netloc or ";" in url:
        return  # a cluster, of which a node may be away
    host, port = parts.hostname or "localhost", parts.port or PORT
    if parts.scheme == "amqp" and not speaks_amqp(host, port):
        raise DevstackError(
            f"No broker answers at {host}:{port}, as AMQP_URL says. Start it, or unset the variable."
        )
