"""Everything that the dashboard looks at: both servers, a supplier, two of each service, and Prometheus."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from docs.tools.prometheus import Prometheus, configuration
from examples.demo.supplier import ExampleSupplier
from publisher.settings import BrokerSettings
from tests.chaos.processes import CONSUMER, WORKER, Command, Service
from voyage.devstack import RabbitMq, Temporal
from voyage.devstack.binaries import temporal_binary
from voyage.devstack.ports import free_port
from voyage.devstack.server_process import Server

VHOST = "voyage"  # as in compose.yaml; the job `rabbitmq` asks for its queues
COMMANDS = {"consumer": CONSUMER, "worker": WORKER}
EACH = 2


@dataclass(frozen=True)
class Watched:
    """What a picture needs of it."""

    broker: BrokerSettings
    temporal: Temporal
    prometheus: Prometheus


@contextmanager
def watched(prometheus: Path) -> Iterator[Watched]:
    """Bring it all up, watched by this Prometheus; it ends with the block."""
    with ExitStack() as running:
        rabbitmq, temporal = RabbitMq(metrics=True), Temporal(temporal_binary(print))
        supplier = ExampleSupplier(slowness=2.0)
        start(running, rabbitmq, temporal, supplier)
        rabbitmq.ctl("add_vhost", VHOST)
        rabbitmq.ctl("set_permissions", "-p", VHOST, "guest", ".*", ".*", ".*")
        broker = BrokerSettings(amqp_url=SecretStr(f"{rabbitmq.url}{VHOST}"))
        servers = {"AMQP_URL": broker.amqp_url.get_secret_value(), "TEMPORAL_ADDRESS": temporal.address}
        ports = {job: [free_port() for _ in range(EACH)] for job in COMMANDS}
        start(running, *services(ports, {**os.environ, **supplier.settings, **servers}))
        own = rabbitmq.metrics_port or 0
        watching = Prometheus(prometheus, configuration({**ports, "rabbitmq": [own], "rabbitmq-node": [own]}))
        start(running, watching)
        yield Watched(broker, temporal, watching)


def services(ports: Mapping[str, list[int]], environment: Mapping[str, str]) -> list[Service]:
    """Consumers and workers that show how they are at these ports."""
    return [
        Service(Command(f"{job}-{port}", *COMMANDS[job]), {**environment, "VOYAGE_HEALTH_PORT": str(port)})
        for job, own in ports.items()
        for port in own
    ]


def start(running: ExitStack, *servers: Server) -> None:
    """Start them at once, and return when all are ready."""
    for server in servers:
        running.callback(server.close)
        server.spawn()
    for server in servers:
        server.wait()
        print(f"{server.name} is ready", flush=True)
