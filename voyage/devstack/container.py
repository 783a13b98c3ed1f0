"""The servers in containers, where Docker answers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from voyage.devstack.temporal import DYNAMIC_CONFIG, SEARCH_ATTRIBUTES, answers
from voyage.errors import DevstackError

RABBITMQ = "4"
RABBITMQ_IMAGE = "rabbitmq:{}-management"
TEMPORAL_IMAGE = "temporalio/temporal:1.5.1"
TEMPORAL_PORT = 7233
READY_WITHIN = 60.0


def docker_answers() -> bool:
    """Whether a Docker daemon can be asked."""
    import docker
    from docker.errors import DockerException

    try:
        docker.from_env(timeout=5).ping()
    except DockerException:
        return False
    return True


@contextmanager
def rabbitmq(version: str = RABBITMQ) -> Iterator[str]:
    """The AMQP URL of a RabbitMQ of this version that lives as long as the block."""
    from testcontainers.rabbitmq import RabbitMqContainer

    with RabbitMqContainer(RABBITMQ_IMAGE.format(version)) as container:
        host, port = container.get_container_host_ip(), container.get_exposed_port(container.port)
        yield f"amqp://guest:guest@{host}:{port}/"


@contextmanager
def temporal() -> Iterator[str]:
    """The address of a Temporal dev server that lives as long as the block, set up as `Temporal` is.

    Not to be entered where an event loop runs. Raises `DevstackError` if it does not become ready.
    """
    from testcontainers.core.container import DockerContainer

    command = ["server", "start-dev", "--headless", "--ip", "0.0.0.0", "--log-level", "error"]  # noqa: S104 -- in its container
    for name, value in DYNAMIC_CONFIG.items():
        command += ["--dynamic-config-value", f"{name}={value}"]
    command += SEARCH_ATTRIBUTES
    container = DockerContainer(TEMPORAL_IMAGE).with_command(command).with_env("GOGC", "800")
    with container.with_exposed_ports(TEMPORAL_PORT):
        address = f"{container.get_container_host_ip()}:{container.get_exposed_port(TEMPORAL_PORT)}"
        deadline = time.monotonic() + READY_WITHIN
        while not answers(address):
            if time.monotonic() > deadline:
                logs = b"".join(container.get_logs()).decode(errors="replace")
                raise DevstackError(
                    f"{TEMPORAL_IMAGE} is not ready after {READY_WITHIN:g} s. It said:\n{logs[-1000:]}"
                )
            time.sleep(0.1)
        yield address
