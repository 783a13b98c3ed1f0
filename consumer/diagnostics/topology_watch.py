"""The contract's broker objects while the process runs: made again if they vanish, or named."""

import asyncio
import logging
import time

from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, ChannelNotFoundEntity, ChannelPreconditionFailed
from aiormq.exceptions import ChannelAccessRefused, ChannelLockedResource

from consumer.diagnostics.side_connection import SideConnection
from consumer.settings import ConsumerSettings
from publisher.amqp import topology
from publisher.amqp.topology import Queue, new_channel
from publisher.errors import BrokerError
from voyage.runtime.health import Problem

log = logging.getLogger(__name__)

COMPARE_AGAIN = 600.0  # seconds after which a user who may not declare tries again; RabbitMQ logs each try


class TopologyWatch:
    """Whether queues, exchange and bindings are as the contract says; what our user may declare, it makes."""

    name = "topology"

    def __init__(self, settings: ConsumerSettings, connection: SideConnection) -> None:
        self._settings = settings
        self._connection = connection
        self._compare_after = 0.0
        self._is_known = False
        self._found: dict[str, Problem] = {}

    def problem_of(self, queue: str) -> Problem | None:
        """What the last look found of a queue."""
        return self._found.get(queue)

    async def problem(self) -> Problem | None:
        """Look at every object, and make what is missing; None while RabbitMQ is away."""
        if self._is_known:
            self._is_known = False
            return None
        try:
            await self._connection.ask(self._look)
        except (BrokerError, *CONNECTION_EXCEPTIONS, TimeoutError):
            return None  # the checks of what works on its own connection say so
        if not self._found:
            return None
        first = next(iter(self._found.values()))
        return Problem(first.reason, " ".join(problem.text for problem in self._found.values()))

    async def recover(self) -> None:
        """Each look does what can be done."""

    async def begin(self, connection: AbstractConnection) -> None:
        """Declare everything, which is the first look; raises as `topology.declare` does."""
        await topology.declare(connection, self._settings)
        self._is_known = True

    async def _look(self, connection: AbstractConnection) -> None:
        queues = topology.queues(self._settings)
        found = await asyncio.gather(*(self._look_at(connection, queue) for queue in queues))
        problems = {queue.name: problem for queue, problem in zip(queues, found, strict=True) if problem}
        exchange = self._settings.reply_exchange
        if exchange and not problems and (problem := await self._look_at_exchange(connection)):
            problems[exchange] = problem
        self._found = problems

    async def _look_at(self, connection: AbstractConnection, queue: Queue) -> Problem | None:
        try:
            async with new_channel(connection) as channel:
                await channel.declare_queue(queue.name, passive=True)
                if time.monotonic() >= self._compare_after:
                    await topology.declare_queue(channel, queue)
        except ChannelNotFoundEntity:
            return await self._make(connection, queue)
        except ChannelPreconditionFailed as mismatch:
            return Problem("queue_mismatch", str(topology.queue_mismatch(queue.name, mismatch)))
        except ChannelLockedResource as locked:
            return Problem("queue_mismatch", f"RabbitMQ: {locked.args[-1]} Whoever made it must let it go.")
        except ChannelAccessRefused:
            self._compare_after = time.monotonic() + COMPARE_AGAIN
        return None

    async def _make(self, connection: AbstractConnection, queue: Queue) -> Problem | None:
        try:
            async with new_channel(connection) as channel:
                await topology.declare_queue(channel, queue)
                if self._settings.reply_exchange:
                    await topology.bind(channel, queue.name, self._settings.reply_exchange)
        except ChannelAccessRefused as refused:
            return Problem("not_declared", str(topology.not_declared(f"no queue {queue.name!r}", refused)))
        except ChannelNotFoundEntity:
            pass  # the exchange, which is looked at next
        log.warning("Queue %s was gone, with all that was in it: it is made again", queue.name)
        return None

    async def _look_at_exchange(self, connection: AbstractConnection) -> Problem | None:
        name = self._settings.reply_exchange
        may_declare = time.monotonic() >= self._compare_after
        try:
            async with new_channel(connection) as channel:
                await channel.get_exchange(name)
                if may_declare:
                    await topology.declare_exchange(channel, self._settings)  # with its bindings
        except ChannelNotFoundEntity:
            return await self._make_exchange(connection)
        except ChannelPreconditionFailed as mismatch:
            return Problem("exchange_mismatch", str(topology.exchange_mismatch(name, "REPLY", mismatch)))
        except ChannelAccessRefused:
            self._compare_after = time.monotonic() + COMPARE_AGAIN
        return None

    async def _make_exchange(self, connection: AbstractConnection) -> Problem | None:
        name = self._settings.reply_exchange
        try:
            async with new_channel(connection) as channel:
                await topology.declare_exchange(channel, self._settings)
        except ChannelAccessRefused as refused:
            return Problem("not_declared", str(topology.not_declared(f"no exchange {name!r}", refused)))
        log.warning("Exchange %s was gone, with its bindings: it is made again", name)
        return None
