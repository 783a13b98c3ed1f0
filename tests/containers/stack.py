"""The composed stack, run by `docker compose` itself, under a project name and passwords of its own."""

import asyncio
import json
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from pydantic import SecretStr

from publisher.settings import BrokerSettings
from tests.poll import eventually

REPOSITORY = Path(__file__).parents[2]
ROLES = ("admin", "client", "partner", "console", "consumer")
ANY_PORT = dict.fromkeys(("RABBITMQ_PORT", "RABBITMQ_UI_PORT", "TEMPORAL_PORT", "TEMPORAL_UI_PORT"), "0")


@dataclass
class Stack:
    """What `compose.yaml` describes, running; ports are whichever are free."""

    project: str = field(default_factory=lambda: f"voyage-test-{uuid4().hex[:8]}")
    passwords: Mapping[str, str] = field(default_factory=lambda: {role: uuid4().hex for role in ROLES})

    async def compose(self, *arguments: str, within: float = 180) -> str:
        """Run `docker compose` to its end and return what it printed; fails with what it complained of."""
        secrets = {f"VOYAGE_{role.upper()}_PASSWORD": word for role, word in self.passwords.items()}
        project = ("compose", "--project-name", self.project)
        return await docker(*project, *arguments, environment={**ANY_PORT, **secrets}, within=within)

    async def address(self, service: str, port: int) -> str:
        """Where a port of a service is to be found on this machine."""
        return (await self.compose("port", service, str(port))).strip()

    async def amqp_url(self, role: str, vhost: str = "voyage") -> str:
        """RabbitMQ, as this user sees it."""
        return f"amqp://{role}:{self.passwords[role]}@{await self.address('rabbitmq', 5672)}/{vhost}"

    async def settings(self, role: str) -> BrokerSettings:
        """What a program needs to talk to RabbitMQ as this user."""
        url = SecretStr(await self.amqp_url(role))
        own = BrokerSettings(request_exchange="voyage.requests", owners=True)
        return own.model_copy(update={"amqp_url": url})

    async def containers(self, service: str) -> list[dict[str, Any]]:
        """What Docker knows of the containers of a service, ended ones included."""
        ids = (await self.compose("ps", "--all", "--quiet", service)).split()
        found: list[dict[str, Any]] = json.loads(await docker("inspect", *ids))
        return found

    async def results(self) -> list[dict[str, Any]]:
        """What the last run of the one-shot publisher printed, once it has ended well."""

        async def ended() -> bool:
            [trips] = await self.containers("trips")
            assert trips["State"]["ExitCode"] == 0
            return bool(trips["State"]["Status"] == "exited")

        await eventually("the end of the one-shot publisher", ended, within=60)
        [trips] = await self.containers("trips")
        printed = await docker("logs", trips["Id"])
        return [json.loads(line) for line in printed.splitlines()]


async def docker(
    *arguments: str, environment: Mapping[str, str] = MappingProxyType({}), within: float = 60
) -> str:
    """Run `docker` to its end and return what it printed; fails with what it complained of."""
    process = await asyncio.create_subprocess_exec(
        *("docker", *arguments),
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    printed, complained = await asyncio.wait_for(process.communicate(), within)
    assert process.returncode == 0, f"{arguments}: {complained.decode()[-2000:]}"
    return printed.decode()
