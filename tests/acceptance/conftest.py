"""A world for each test: the real commands as processes over both servers, under names of their own."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aio_pika.exceptions import AMQPError
from aiormq import spec
from pydantic import SecretStr
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client as Temporal
from temporalio.service import RPCError

from consumer.settings import ConsumerSettings
from publisher import Client
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import connected, declare_topology, open_connection
from publisher.errors import BrokerError
from tests.acceptance.inbox import Inbox
from tests.acceptance.services import SHAPES, TWO_SERVICES, Services
from tests.conftest import own_names
from tests.poll import eventually
from tests.queues import delete_queues
from tests.rabbitmq import connect
from voyage import devstack

# What a killed process has covered is lost; nothing else depends on how a test's processes end.
END_BY = signal.SIGTERM if "COVERAGE_PROCESS_CONFIG" in os.environ else signal.SIGKILL
STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED

in_both_shapes = pytest.mark.parametrize("booking", SHAPES, indirect=True, scope="session")


class World(Services):
    """Services over real servers, and looks at what is in these; each world has its own queues."""

    async def prepare(self) -> None:
        """Declare the queues of this world."""
        await declare_topology(self.settings)

    async def take_and_requeue(self) -> int:
        """Take one request and requeue it as a pausing consumer does; its delivery count so far."""
        queue_name = self.settings.requests_queue
        async with await open_connection(self.settings, "test") as connection:
            publisher = await ConfirmedPublisher.open(connection, 10)
            queue = await (await connection.channel()).get_queue(queue_name)
            message = await queue.get(timeout=10)
            await publisher.requeue(message, queue_name)
            return int(str(message.headers.get("x-delivery-count", 0)))

    async def depth(self, queue: str) -> int:
        """How many messages are ready in a queue."""
        return (await self._declared(queue)).message_count or 0

    async def consumers(self) -> int:
        """How many consumers take requests."""
        return (await self._declared(self.settings.requests_queue)).consumer_count or 0

    async def until_it_books(self, booking_id: object, leg: str) -> None:
        """Return when a worker is booking this leg, or has tried to and will again."""
        temporal = await Temporal.connect(self.temporal_address)
        handle = temporal.get_workflow_handle(f"booking-{booking_id}")

        async def look() -> bool:
            try:
                described = await handle.describe()
            except RPCError:
                return False
            pending = described.raw_description.pending_activities
            begun = {one.activity_type.name for one in pending if one.state == STARTED or one.attempt > 1}
            return f"book_{leg}" in begun

        await eventually(f"the {leg} being booked", look)

    async def start_foreign_workflow(self, workflow_id: str) -> None:
        """A workflow of another application, which nobody runs."""
        temporal = await Temporal.connect(self.temporal_address)
        await temporal.start_workflow("Theirs", id=workflow_id, task_queue=f"{workflow_id}-theirs")

    async def _declared(self, queue: str) -> spec.Queue.DeclareOk:
        async with connected(self.settings) as connection:
            channel = await connection.channel()
            return (await channel.declare_queue(queue, passive=True)).declaration_result


@asynccontextmanager
async def a_world(amqp_url: str, temporal_address: str, settings: ConsumerSettings) -> AsyncIterator[World]:
    settings = settings.model_copy(update={"amqp_url": SecretStr(amqp_url)})
    world = World(settings, temporal_address)
    try:
        yield world
    finally:
        for service in world.services:
            await service.end(END_BY)
        with suppress(AMQPError, BrokerError):  # its own broker may be gone, or not have its queues back yet
            await delete_queues(settings)
        with suppress(RPCError, RuntimeError):  # its server may be gone, or no consumer has run
            temporal = await Temporal.connect(temporal_address, lazy=True)
            await temporal.get_schedule_handle(f"reconciliation-{settings.task_queue}").delete()


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
