"""Reading messages beside the proxies, over any number of broker restarts."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, ChannelNotFoundEntity

from publisher.settings import BrokerSettings
from tests.chaos.background import in_background
from tests.chaos.observation.observed import Answer
from tests.rabbitmq import connect

PAUSE = 0.3  # seconds between looks at an empty queue, and between tries to connect
_TIMEOUT = 5.0


class Collector:
    """Takes every result out of the results queue and keeps it; one whose ack got lost is kept twice."""

    def __init__(self, settings: BrokerSettings) -> None:
        self._settings = settings
        self.answers: list[Answer] = []

    def collecting(self) -> AbstractAsyncContextManager[None]:
        """Collect for as long as the block lasts."""
        return in_background(self._collect())

    async def _collect(self) -> None:
        while True:
            # A task of its own: aio-pika cancels whoever waits on a channel that dies.
            session = asyncio.create_task(self._session())
            try:
                await asyncio.wait([session])
            finally:
                session.cancel()
                await asyncio.wait([session], timeout=_TIMEOUT)
            if not session.cancelled() and not isinstance(session.exception(), _GONE):
                session.result()
            await asyncio.sleep(PAUSE)

    async def _session(self) -> None:
        connection = await connect(self._settings.amqp_url.get_secret_value(), timeout=_TIMEOUT)
        try:
            async with asyncio.timeout(
                _TIMEOUT
            ):  # a broker that is starting may take a channel and say nothing
                channel = await connection.channel()
                queue = await channel.get_queue(self._settings.results_queue, ensure=False)
            while True:
                async with asyncio.timeout(_TIMEOUT):
                    taken = await self._take(queue)
                if not taken:
                    await asyncio.sleep(PAUSE)
        finally:
            with suppress(*_GONE):
                await asyncio.wait_for(connection.close(), _TIMEOUT)

    async def _take(self, queue: AbstractQueue) -> bool:
        message = await queue.get(fail=False, timeout=_TIMEOUT)
        if message is None:
            return False
        now = asyncio.get_running_loop().time()
        self.answers.append(Answer(message.correlation_id, message.message_id, json.loads(message.body), now))
        await message.ack()
        return True


_GONE = (*CONNECTION_EXCEPTIONS, TimeoutError)


async def depth(settings: BrokerSettings, queue_name: str) -> int:
    """How many messages wait in a queue; none in one that does not exist."""
    async with await connect(settings.amqp_url.get_secret_value(), timeout=_TIMEOUT) as connection:
        try:
            queue = await (await connection.channel()).declare_queue(queue_name, passive=True)
        except ChannelNotFoundEntity:
            return 0
        return queue.declaration_result.message_count or 0


async def look_at(settings: BrokerSettings, queue_name: str) -> list[AbstractIncomingMessage]:
    """Every message of a queue, which stay there."""
    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        queue = await (await connection.channel()).get_queue(queue_name)
        return [message async for message in _all(queue)]


async def _all(queue: AbstractQueue) -> AsyncIterator[AbstractIncomingMessage]:
    while message := await queue.get(fail=False, timeout=_TIMEOUT):
        yield message
