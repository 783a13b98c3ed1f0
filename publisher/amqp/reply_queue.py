"""The queue for a client's results: consumed again after a loss, and made anew if its node is away."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self
from uuid import uuid4

from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from publisher.amqp.pending import Ask, Pending
from publisher.amqp.reconnecting import ReconnectingConnection
from publisher.amqp.reply_channel import ReplyChannel
from publisher.amqp.result_message import ack, parse_result
from publisher.errors import ClientError, NotDeclaredError
from publisher.settings import BrokerSettings
from voyage.runtime.awaiting import ended_within

log = logging.getLogger(__name__)

_NODE_TIMEOUT = 5.0  # seconds for a node to let us declare and consume, where there are others
_LOOK_INTERVAL = 5.0
_PAUSE, _PAUSE_LIMIT = 0.5, 30.0
_CLOSE_TIMEOUT = 2.0
_LOST = (*CONNECTION_EXCEPTIONS, TimeoutError)
_UNUSABLE = (*_LOST, ClientError)
_NONE_YET = "There is no reply queue yet: %r"


class ReplyQueue:
    """A queue for this client's results, told apart by correlation id; it outlives a lost connection.

    It is on one node of a cluster. With that node away or silent, or the queue deleted, no result comes: so
    it is made anew under another name, and whoever waits asks again from there.
    """

    def __init__(self, connection: ReconnectingConnection, names: BrokerSettings) -> None:
        self.name = ""
        """As it is now."""
        self._connection = connection
        self._names = names
        self._patience = _NODE_TIMEOUT if connection.has_others else names.publish_timeout
        self._expected: dict[str, Pending] = {}
        self._channel: ReplyChannel
        self._keeping: asyncio.Task[None]

    @classmethod
    async def open(cls, connection: ReconnectingConnection, names: BrokerSettings) -> Self:
        """Declare and consume it; a connection that is lost meanwhile is waited for.

        Raises `NotPermittedError` or `NotDeclaredError`, and then leaves no channel behind.
        """
        replies = cls(connection, names)
        while True:
            await connection.ready()
            try:
                await replies._make_anew()
            except _LOST as failure:
                log.debug(_NONE_YET, failure)
                await asyncio.sleep(_PAUSE)
            else:
                break
        replies._keeping = asyncio.create_task(replies._keep())
        return replies

    @contextmanager
    def expect(self, correlation_id: str, ask: Ask) -> Iterator[Pending]:
        """One result with this correlation id; what comes later is dropped."""
        pending = Pending(correlation_id, self.name, ask)
        self._expected[correlation_id] = pending
        try:
            yield pending
        finally:
            del self._expected[correlation_id]
            pending.end()

    async def close(self, why: Exception) -> None:
        """Tell whoever waits why, and delete the queue; with RabbitMQ away it expires by itself."""
        self._keeping.cancel()
        for pending in self._expected.values():
            pending.fail(why)
        if self._connection.connected.is_set():
            with suppress(*_UNUSABLE):
                await ended_within(_CLOSE_TIMEOUT, self._channel.delete(self.name))

    async def _keep(self) -> None:
        while True:
            if not await self._is_lost():
                continue
            await self._channel.close()
            pause = _PAUSE
            while not await self._is_restored():
                await asyncio.sleep(pause)
                pause = min(pause * 2, _PAUSE_LIMIT)

    async def _is_lost(self) -> bool:
        """Whether no result comes any more: at once if RabbitMQ says so, else by a look if anybody waits."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_INTERVAL):
                await self._channel.lost.wait()
        if self._channel.lost.is_set() or not self._expected or not self._connection.has_others:
            return self._channel.lost.is_set()
        try:
            await ended_within(self._patience, self._channel.look(self.name))
        except _UNUSABLE:
            return True
        return False

    async def _is_restored(self) -> bool:
        await self._connection.ready()
        try:
            try:
                await self._consume()
            except NotDeclaredError:
                await self._make_anew()
            except TimeoutError:
                if not await self._connection.mend():
                    return False
                await self._make_anew()
        except _UNUSABLE as failure:
            log.debug(_NONE_YET, failure)
            return False
        self._ask_again()
        return True

    async def _consume(self) -> None:
        await self._open(self.name)

    async def _make_anew(self) -> None:
        name = f"{self._names.own_reply_queues}{uuid4().hex}"  # the contract's allow-list permits it
        await self._open(name, new_by=self._names)
        self.name = name

    async def _open(self, name: str, new_by: BrokerSettings | None = None) -> None:
        opening = ReplyChannel.open(self._connection, name, self._on_message, new_by)
        self._channel = await ended_within(self._patience, opening)

    def _ask_again(self) -> None:
        others = [pending for pending in self._expected.values() if pending.reply_to != self.name]
        for pending in others:
            pending.ask_again(self.name)
        if others:
            log.info("The queue for results is made anew: asking again for %d", len(others))

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        result = parse_result(message)
        pending = self._expected.get(message.correlation_id or "")
        if result and pending and not pending.answer.done():
            pending.answer.set_result(result)
        await ack(message)
