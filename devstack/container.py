"""The servers in containers, where Docker answers."""

from collections.abc import Iterator
from contextlib import contextmanager

IMAGE = "rabbitmq:4-management"


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
def rabbitmq() -> Iterator[str]:
    """The AMQP URL of a RabbitMQ 4 that lives as long as the block."""
    from testcontainers.rabbitmq import RabbitMqContainer

    with RabbitMqContainer(IMAGE) as container:
        host, port = container.get_container_host_ip(), container.get_exposed_port(container.port)
        yield f"amqp://guest:guest@{host}:{port}/"


@contextmanager
def temporal() -> Iterator[str]:
    """The address of a Temporal dev server that lives as long as the block."""
    from devstack.temporal_container import TemporalContainer

    with TemporalContainer() as container:
        yield container.address
