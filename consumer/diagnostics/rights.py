"""Rights that may vanish while the process runs: asked as at the start and by the doctor."""

import time
from collections.abc import Awaitable, Callable

from aio_pika.abc import AbstractConnection

from consumer.amqp.subscription import CHANNEL_LOST
from consumer.diagnostics import broker_permissions
from consumer.diagnostics.side_connection import SideConnection
from consumer.settings import ConsumerSettings
from publisher.errors import BrokerError
from voyage.runtime.check_results import CheckResult, CheckState
from voyage.runtime.health import Problem

PermissionCheck = Callable[[str, AbstractConnection, str], Awaitable[CheckResult]]
_READ_INTERVAL = 30.0  # seconds between two looks at the right to read, each of which RabbitMQ logs


class ReadingCheck:
    """Whether we may read our queues; RabbitMQ itself looks at that only when consuming begins."""

    name = "right to read"

    def __init__(self, settings: ConsumerSettings, connection: SideConnection) -> None:
        self._settings = settings
        self._connection = connection
        self._refused: dict[str, Problem] = {}
        self._asked_at = time.monotonic()  # at the start

    async def look(self, queue: str) -> Problem | None:
        """Ask for the right to read one queue."""
        problem = await _not_permitted(self._connection, broker_permissions.reading, queue)
        self._refused.pop(queue, None)
        if problem:
            self._refused[queue] = problem
        return problem

    async def problem(self) -> Problem | None:
        """The first queue that our user may not read."""
        if self._refused or time.monotonic() - self._asked_at >= _READ_INTERVAL:
            for queue in self._settings.consumed_queues:
                await self.look(queue)
            self._asked_at = time.monotonic()
        return next(iter(self._refused.values()), None)

    async def recover(self) -> None:
        """Only a person can give the right back."""


class WritingCheck:
    """Whether we may publish results and dead letters."""

    name = "right to write"

    def __init__(self, settings: ConsumerSettings, connection: SideConnection) -> None:
        self._exchange = settings.reply_exchange
        self._connection = connection
        self._is_known = False

    def asked(self) -> None:
        """Note that we may, by an answer that has just come: the next look need not ask."""
        self._is_known = True

    async def problem(self) -> Problem | None:
        """Ask as the doctor does."""
        if self._is_known:
            self._is_known = False
            return None
        return await _not_permitted(self._connection, broker_permissions.publishing, self._exchange)

    async def recover(self) -> None:
        """Only a person can give the right back."""


async def _not_permitted(connection: SideConnection, check: PermissionCheck, on: str) -> Problem | None:
    """A right that our user lacks; None also where others say why: RabbitMQ or the queue is away."""
    name = f"reading {on}" if check is broker_permissions.reading else broker_permissions.publishing_to(on)
    try:
        found = await connection.ask(lambda on_it: check(name, on_it, on))
    except (BrokerError, *CHANNEL_LOST):
        return None
    if found.state is CheckState.FAILED and found.found == broker_permissions.NOT_PERMITTED:
        return Problem("not_permitted", str(found))
    return None
