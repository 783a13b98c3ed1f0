"""The real commands as processes, and what they log."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from consumer.settings import ConsumerSettings
from tests.chaos.environment import variables
from tests.commands import run_to_the_end
from tests.poll import eventually

READY = {"consumer": "Consumer ready", "saga": "Worker ready"}
ONE_PROCESS, TWO_SERVICES = "one process", "two services"
SHAPES = (TWO_SERVICES, ONE_PROCESS)


@dataclass
class Service:
    """A process of ours and what it has logged."""

    process: Process
    log: list[str] = field(default_factory=list)

    async def logged(self, text: str, within: float = 40.0) -> str:
        def find() -> str:
            return next((line for line in self.log if text in line), "")

        try:
            return await eventually(f"{text!r} in the log", find, within)
        except AssertionError as late:
            raise AssertionError(f"{late}; the log ends with {self.log[-5:]}") from None

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()


@dataclass
class Services:
    """Consumer and worker processes under the same settings, and the commands beside them."""

    settings: ConsumerSettings
    temporal_address: str
    services: list[Service] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        own = variables(self.settings)
        return {**os.environ, **own, "TEMPORAL_ADDRESS": self.temporal_address, **self.extra}

    async def run(self, module: str, *arguments: str) -> Service:
        """Start `python -m module`; its log is collected."""
        return await self.start(sys.executable, "-m", module, *arguments)

    async def start(self, program: str | Path, *arguments: str) -> Service:
        """Start a service of ours; its log is collected."""
        process = await asyncio.create_subprocess_exec(
            program, *arguments, env=self.environment, stdout=PIPE, stderr=STDOUT
        )
        service = Service(process)
        self.services.append(service)
        asyncio.create_task(self._collect(service))  # noqa: RUF006 -- ends with the process
        return service

    async def consumer(self, *options: str) -> Service:
        service = await self.run("consumer", *options)
        await service.logged(READY["consumer"])
        return service

    async def worker(self) -> Service:
        service = await self.run("saga")
        await service.logged(READY["saga"])
        return service

    async def everything(self, shape: str = TWO_SERVICES) -> None:
        """Consumer and worker, each a process, or both in one."""
        if shape == ONE_PROCESS:
            await self.consumer("--with-worker")
        else:
            await asyncio.gather(self.consumer(), self.worker())

    async def voyage(
        self, *arguments: str, environment: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[int, str, str]:
        """Run the `voyage` command to its end: exit code, what it printed, what it complained of."""
        return await self.command("voyage", *arguments, environment=environment)

    async def command(
        self, name: str, *arguments: str, environment: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[int, str, str]:
        """Run one of our commands to its end: exit code, what it printed, what it complained of."""
        settings = {**self.environment, **environment}
        return await run_to_the_end(name, *arguments, environment=settings, within=60)

    def with_settings(self, **changes: Any) -> None:
        self.settings = self.settings.model_copy(update=changes)

    async def _collect(self, service: Service) -> None:
        assert service.process.stdout
        async for line in service.process.stdout:
            service.log.append(line.decode().rstrip())
