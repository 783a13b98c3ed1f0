"""Consumer and worker processes of one's own, and all that is seen of them from outside."""

import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any
from uuid import uuid4

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from pydantic import SecretStr
from temporalio.client import Client as Temporal
from temporalio.service import RPCError

from publisher.amqp.connection import declare_topology
from publisher.amqp.message import Delivery
from publisher.amqp.tolerant_decoding import tolerant_decoding
from publisher.settings import BrokerSettings
from tests.acceptance.conftest import World, a_world
from tests.conftest import own_names
from tests.fuzz.messages.letters import To
from tests.fuzz.messages.raw_sender import RawSender
from tests.poll import eventually
from tests.rabbitmq import connect
from tests.users import add_user
from voyage.devstack import RabbitMq

AMQP_URL, TEMPORAL = "amqp://guest:guest@localhost:5672/", "localhost:7233"
SUSPICIOUS = ("Traceback", "onnection", "Not ready", "can't be handled", "can't even be", "consuming pauses")
WITHIN = 30.0  # seconds in which everything is answered


class Session:
    """What goes in: letters and bystanders. What is seen: answers by queue, dead letters, log lines."""

    def __init__(self, world: World, channel: AbstractChannel, names: BrokerSettings) -> None:
        self.world = world
        self.names = names
        self.sender = RawSender(names.amqp_url.get_secret_value())
        self.seen: dict[str, list[Delivery]] = defaultdict(list)
        self.seen_at: dict[str, list[float]] = defaultdict(list)
        self.channel = channel
        self._read = [len(service.log) for service in world.services]

    @property
    def queues(self) -> dict[To, str]:
        """Where each kind of letter goes."""
        names = self.world.settings
        return dict(
            zip(To, (names.requests_queue, names.control_queue, names.undelivered_queue), strict=True)
        )

    async def watch(self, *queues: str) -> None:
        """Take and keep whatever comes to these queues."""
        for name in queues:
            queue = await self.channel.get_queue(name)
            await queue.consume(partial(self._keep, name), no_ack=True, consumer_tag=name)

    async def new_queue(self, name: str) -> None:
        """A reply queue, watched. Its tag is named, as hypothesis seeds the chance by which aio-pika does."""
        queue = await self.channel.declare_queue(name, exclusive=True)
        await queue.consume(partial(self._keep, name), no_ack=True, consumer_tag=name)

    async def drop_queue(self, name: str) -> None:
        """A reply queue that nobody needs any more."""
        queue = await self.channel.get_queue(name, ensure=False)
        await queue.cancel(name)
        await queue.delete(if_unused=False, if_empty=False)

    async def depths(self) -> tuple[int, int]:
        """How many messages wait for the consumer, and how many queues have none."""
        declared = [
            (await self.channel.declare_queue(name, passive=True)).declaration_result
            for name in self.queues.values()
        ]
        return sum(one.message_count or 0 for one in declared), sum(
            not one.consumer_count for one in declared
        )

    def complaints(self) -> list[str]:
        """What a message must not bring about, since the last look: log lines, and ends of processes."""
        found = []
        for number, service in enumerate(self.world.services):
            lines = service.log[self._read[number] :]
            self._read[number] += len(lines)
            bad = [at for at, line in enumerate(lines) if any(word in line for word in SUSPICIOUS)]
            if bad:
                found.append("\n".join(lines[max(bad[0] - 2, 0) : bad[-1] + 40])[:6000])
            if service.process.returncode is not None:
                found.append(f"a process ended: {service.process.returncode}, {lines[-5:]}")
        return found

    async def left_unacked(self) -> int:
        """How many messages come back to the queues when the consumer has settled what it has, and ended."""
        for service in self.world.services:
            await service.end()

        async def gone() -> bool:
            return (await self.depths())[1] == len(To)

        await eventually("RabbitMQ to see that the consumer is gone", gone, WITHIN)
        return (await self.depths())[0]

    async def _keep(self, queue: str, message: AbstractIncomingMessage) -> None:
        self.seen[queue].append(Delivery.from_message(message))
        self.seen_at[queue].append(time.monotonic())


@asynccontextmanager
async def a_session(*, owners: bool = False) -> AsyncIterator[Session]:
    """Everything runs, and is gone with the block; with owners, over a RabbitMQ with a user for the consumer.

    The sender's names are those of the world as its own user knows them.
    """
    amqp_url = os.environ.get("AMQP_URL", AMQP_URL)
    address = os.environ.get("TEMPORAL_ADDRESS", TEMPORAL)
    settings = own_names().model_copy(update={"owners": owners})
    with ExitStack() as opened:
        consumers_url = amqp_url
        if owners:
            node = opened.enter_context(RabbitMq())
            amqp_url, consumers_url = node.url, add_user(node, "bridge")
        names = settings.model_copy(update={"amqp_url": SecretStr(amqp_url)})
        async with a_world(consumers_url, address, settings) as world:
            await world.everything()
            await declare_topology(names, own_results=True)
            with tolerant_decoding():
                connection = await connect(amqp_url)
            async with connection:
                session = Session(world, await connection.channel(), names)
                await session.watch(names.own_results_queue, names.parked_queue, names.dead_queue)
                try:
                    yield session
                finally:
                    session.sender.close()
                    await _terminate_all(address, names.task_queue)


async def _terminate_all(address: str, *task_queues: str) -> None:
    """What waits for requests that never come would wait for ever on a server that is shared."""
    temporal: Any = await Temporal.connect(address)
    for queue in task_queues:
        async for found in temporal.list_workflows(f"ExecutionStatus = 'Running' AND TaskQueue = '{queue}'"):
            with suppress(RPCError):  # it has ended by itself
                await temporal.get_workflow_handle(found.id).terminate("the hunt has ended")


def names_of(letters: Sequence[object], prefix: str) -> list[str]:
    """A reply queue for each."""
    own = uuid4().hex[:8]
    return [f"{prefix}.{own}-{number}" for number in range(len(letters))]
