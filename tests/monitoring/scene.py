"""Both servers, a supplier, our processes, and a Prometheus with the shipped rules that watches them all."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from docs.tools.prometheus import Prometheus, configuration
from examples.demo.supplier import ExampleSupplier
from publisher.settings import BrokerSettings
from tests.acceptance.shell import PROGRAMS
from tests.chaos.environment import until_ready
from tests.chaos.processes import CONSUMER, WORKER, Command, Service
from tests.documentation.dashboard import rules
from tests.poll import eventually
from voyage.devstack import RabbitMq, Temporal
from voyage.devstack.binaries import temporal_binary
from voyage.devstack.rabbitmq import installed

JOBS = ("consumer", "worker")
VHOST = "voyage"  # the runbook's, and that of the job `rabbitmq`
SLOWNESS = 4.0  # seconds
IMPATIENT = {"for": "1s"}  # how long an alert's expression must hold; test_rules.py holds the shipped times
SETTINGS = {
    "VOYAGE_FAST_LEGS": "0",  # else no leg waits for a worker
    "VOYAGE_UNDO_ATTEMPTS": "1",
    "VOYAGE_MAX_CONCURRENT_ACTIVITIES": "2",
    "VOYAGE_HEALTH_CHECK_INTERVAL": "0.5",
}


@dataclass(frozen=True)
class Scene:
    """`services` are started by whoever needs them; Prometheus asks each of them all the time."""

    rabbitmq: RabbitMq
    temporal: Temporal
    prometheus: Prometheus
    broker: BrokerSettings
    services: Mapping[str, Service]
    environment: Mapping[str, str]

    async def start(self, *names: str, ready: bool = True) -> None:
        """Start these services, and wait until they are ready unless they cannot be."""
        for name in names:
            self.services[name].spawn()
        if ready:
            await until_ready([self.services[name] for name in names])

    async def stop(self, *names: str) -> None:
        """Stop these services in order."""
        await asyncio.gather(*(asyncio.to_thread(self.services[name].stop) for name in names))

    async def fires(self, alert: str, within: float = 60.0) -> None:
        """Return when the alert does."""
        await eventually(f"{alert} to fire", partial(self._is_firing, alert), within)

    async def is_over(self, alert: str, within: float = 60.0) -> None:
        """Return when the alert no longer fires."""

        async def over() -> bool:
            return not await self._is_firing(alert)

        await eventually(f"{alert} to end", over, within)

    async def ctl(self, *arguments: str) -> None:
        """Run `rabbitmqctl`."""
        await asyncio.to_thread(self.rabbitmq.ctl, *arguments)

    async def says(self, script: str) -> str:
        """What a script of the runbook prints, on a machine that has the programs of both servers."""
        run = partial(subprocess.run, ["bash", "-c", script], env=dict(self.environment), check=False)
        ended = await asyncio.to_thread(run, capture_output=True, text=True, timeout=90)
        assert ended.returncode in {0, 1}, ended.stderr  # 1: a doctor has found something
        return ended.stdout

    async def _is_firing(self, alert: str) -> bool:
        return alert in await asyncio.to_thread(self.prometheus.firing)


@asynccontextmanager
async def a_scene(prometheus: Path) -> AsyncIterator[Scene]:
    """Servers and Prometheus, ready; no service runs yet. It all ends with the block."""
    with ExitStack() as running:
        rabbitmq, temporal = RabbitMq(metrics=True), Temporal(temporal_binary(print))
        supplier = ExampleSupplier(slowness=SLOWNESS)
        servers = (rabbitmq, temporal, supplier)
        for server in servers:
            running.callback(server.close)
            server.spawn()
        await until_ready(servers)
        rabbitmq.ctl("add_vhost", VHOST)
        rabbitmq.ctl("set_permissions", "-p", VHOST, "guest", ".*", ".*", ".*")
        broker = BrokerSettings(amqp_url=SecretStr(f"{rabbitmq.url}{VHOST}"))
        environment = {
            **os.environ,
            **SETTINGS,
            **supplier.settings,
            **{name: value for name, value in rabbitmq.environment().items() if name != "PATH"},
            "PATH": f"{PROGRAMS}:{installed()}:{temporal_binary(print).parent}:{os.environ['PATH']}",
            "AMQP_URL": broker.amqp_url.get_secret_value(),
            "TEMPORAL_ADDRESS": temporal.address,
            "COLUMNS": "200",
        }
        services = _services(environment)
        for service in services.values():
            running.callback(service.close)
        watching = Prometheus(prometheus, impatient(rabbitmq, services))
        running.callback(watching.close)
        await asyncio.to_thread(watching.start)
        yield Scene(rabbitmq, temporal, watching, broker, services, environment)


def _services(environment: Mapping[str, str]) -> dict[str, Service]:
    """A consumer and a worker that work, a consumer that never gets ready, and a worker that simulates."""
    lost = {**environment, "AMQP_URL": "amqp://127.0.0.1:1/"}
    simulating = {name: value for name, value in environment.items() if "CAR_SUPPLIER" not in name}
    return {
        "consumer": Service(Command("consumer", *CONSUMER), environment),
        "lost consumer": Service(Command("lost-consumer", *CONSUMER), lost),
        "worker": Service(Command("worker", *WORKER), environment),
        "simulating worker": Service(
            Command("simulating-worker", *WORKER), {**simulating, "VOYAGE_CAR_SUPPLIER": "simulated"}
        ),
    }


def impatient(rabbitmq: RabbitMq, services: Mapping[str, Service]) -> Mapping[str, Any]:
    """The project's configuration and rules, but each second, and an alert fires after one second."""
    own = rabbitmq.metrics_port or 0
    ports = {job: [services[name].health_port for name in services if job in name] for job in JOBS}
    config = configuration({**ports, "rabbitmq": [own], "rabbitmq-node": [own]})
    hurried = [{**rule, **IMPATIENT} for rule in rules()]
    file = rabbitmq.home / "impatient.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "voyage", "rules": hurried}]}))
    return {
        **config,
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(file)],
    }
