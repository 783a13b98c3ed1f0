"""The real commands as processes, over both servers, under names of their own."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from aio_pika import connect
from aiormq import spec
from pydantic import SecretStr
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client as Temporal
from temporalio.service import RPCError

import devstack
from consumer.settings import ConsumerSettings
from publisher import Client, broker
from publisher.handing_back import hand_back
from publisher.publishing import ConfirmedPublisher
from publisher.topology import queues
from tests.acceptance.messages import Inbox
from tests.conftest import own_names
from tests.poll import eventually

STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
READY = {"consumer": "Consumer ready", "saga": "Worker ready"}

ONE_PROCESS, TWO_SERVICES = "one process", "two services"
SHAPES = (TWO_SERVICES, ONE_PROCESS)
in_both_shapes = pytest.mark.parametrize("booking", SHAPES, indirect=True, scope="session")


@dataclass
class Service:
    """A process of ours and what it has logged."""

    process: Process
    log: list[str] = field(default_factory=list)

    async def logged(self, text: str, within: float = 40.0) -> str:
        def find() -> str:
            return next((line for line in self.log if text in line), "")

        return await eventually(f"{text!r} in the log {self.log[-5:]}", find, within)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()


@dataclass
class World:
    """Consumer and worker processes over real servers; each world has its own queues."""

    settings: ConsumerSettings
    temporal_address: str
    services: list[Service] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        names = self.settings.model_dump(exclude={"amqp_url"}, exclude_none=True)
        own = {f"VOYAGE_{name.upper()}": str(value) for name, value in names.items()}
        url = self.settings.amqp_url.get_secret_value()
        servers = {"AMQP_URL": url, "TEMPORAL_ADDRESS": self.temporal_address}
        return {**os.environ, **own, **servers, **self.extra}

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
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / name),
            *arguments,
            env={**self.environment, **environment},
            stdout=PIPE,
            stderr=PIPE,
        )
        printed, complained = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, printed.decode(), complained.decode()

    def with_settings(self, **changes: Any) -> None:
        self.settings = self.settings.model_copy(update=changes)

    async def prepare(self) -> None:
        """Declare the queues of this world."""
        await broker.prepare(self.settings)

    async def take_and_hand_back(self) -> int:
        """Take one request and hand it back as a pausing consumer does; its delivery count so far."""
        queue_name = self.settings.requests_queue
        async with await broker.open_connection(self.settings, "test") as connection:
            publisher = await ConfirmedPublisher.open(connection, 10)
            queue = await (await connection.channel()).get_queue(queue_name)
            message = await queue.get(timeout=10)
            await hand_back(message, publisher, queue_name)
            return int(str(message.headers.get("x-delivery-count", 0)))

    async def depth(self, queue: str) -> int:
        """How many messages are ready in a queue."""
        return (await self._declared(queue)).message_count or 0

    async def consumers(self) -> int:
        """How many consumers take requests."""
        return (await self._declared(self.settings.requests_queue)).consumer_count or 0

    async def until_a_leg_runs(self, booking_id: object) -> None:
        """Return when this booking has an activity under way."""
        temporal = await Temporal.connect(self.temporal_address)
        handle = temporal.get_workflow_handle(f"booking-{booking_id}")

        async def look() -> bool:
            try:
                described = await handle.describe()
            except RPCError:
                return False
            pending = described.raw_description.pending_activities
            return any(activity.state == STARTED for activity in pending)

        await eventually("a leg that is being booked", look)

    async def _declared(self, queue: str) -> spec.Queue.DeclareOk:
        async with await connect(self.settings.amqp_url.get_secret_value()) as connection:
            channel = await connection.channel()
            return (await channel.declare_queue(queue, passive=True)).declaration_result

    async def _collect(self, service: Service) -> None:
        assert service.process.stdout
        async for line in service.process.stdout:
            service.log.append(line.decode().rstrip())


@asynccontextmanager
async def a_world(amqp_url: str, temporal_address: str, settings: ConsumerSettings) -> AsyncIterator[World]:
    settings = settings.model_copy(update={"amqp_url": SecretStr(amqp_url)})
    world = World(settings, temporal_address)
    try:
        yield world
    finally:
        for service in world.services:
            await service.end(signal.SIGKILL)
        async with await connect(amqp_url) as connection:
            for queue in queues(settings):
                channel = await connection.channel()
                await channel.queue_delete(queue.name)
        with suppress(RPCError):  # its server may be gone, or no consumer has run
            temporal = await Temporal.connect(temporal_address, lazy=True)
            await temporal.get_schedule_handle(f"sweep-{settings.task_queue}").delete()


@pytest.fixture(scope="session")
async def booking(servers: devstack.Servers, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A world in which everything runs, shared by the tests that break nothing; see `in_both_shapes`."""
    async with a_world(servers.amqp_url, servers.temporal_address, own_names()) as world:
        await world.everything(getattr(request, "param", TWO_SERVICES))
        yield world


@pytest.fixture
async def world(servers: devstack.Servers) -> AsyncIterator[World]:
    """A world of the test's own, in which nothing runs yet."""
    async with a_world(servers.amqp_url, servers.temporal_address, own_names()) as world:
        yield world


@pytest.fixture(scope="session")
async def client(booking: World) -> AsyncIterator[Client]:
    async with await Client.connect(settings=booking.settings) as client:
        yield client


@pytest.fixture
async def inbox(booking: World) -> AsyncIterator[Inbox]:
    """An inbox of the test's own, for the world in which everything runs."""
    async with await connect(booking.settings.amqp_url.get_secret_value()) as connection:
        yield await Inbox.open(await connection.channel(), booking.settings)


@pytest.fixture(scope="session")
async def temporal(servers: devstack.Servers) -> Temporal:
    return await Temporal.connect(servers.temporal_address)
