"""Publishing so that nothing is lost: persistent, mandatory, confirmed, and again after a lost connection."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import cast
from weakref import WeakValueDictionary

from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, DeliveryError, PublishError
from aiormq import Channel

from publisher.amqp.broker_failure import broker_error
from publisher.amqp.connection import open_connection
from publisher.amqp.message import Delivery
from publisher.amqp.publishing_channel import NO_ROUTES, PublishingChannel
from publisher.amqp.reconnecting import ReconnectingConnection
from publisher.amqp.suspects import CHANNEL_FAILURES, Blame, Suspects
from publisher.errors import PublishNackedError, PublishTimeoutError, UndeliverableError
from publisher.settings import BrokerSettings
from voyage.runtime.awaiting import ended_within, library_calls

FRAME_MAX = 131_072  # bytes; what RabbitMQ proposes
_PROPERTIES = 4096  # bytes of a header frame for everything but the headers: at most 12 short strings
CHANNEL_TIMEOUT = 5.0  # seconds to open one
FRESH_CHANNEL_INTERVAL = 1.0  # seconds between two; those before them stay for what is in flight there
SILENCE = 3.0  # seconds without a confirm after which a node is asked whether it is there, and again
FRESH_COPY_AFTER = 10  # of the 20 deliveries after which RabbitMQ would take a message for poison
MAY_ARRIVE = "It may still arrive; send it again under the same id."
WAS_NOT_SENT = "It was not sent, as there is no connection; send it again."


def was_returned_often(headers: Mapping[str, object]) -> bool:
    """Whether RabbitMQ may soon take a message with these headers for poison."""
    count = headers.get("x-delivery-count")
    return isinstance(count, int) and count >= FRESH_COPY_AFTER


def _nothing() -> None:
    """Nobody wants to know when a message is sent."""


class ConfirmedPublisher:
    """Publishes on one channel; each call returns when RabbitMQ has taken the message, or raises.

    After a nack it takes a fresh channel: one that publishes to a queue for the first time while a cluster
    chooses another leader for it may be nacked for as long as the old leader is away. Where there are other
    nodes, it goes on at one of them if its own confirms nothing for some seconds, and doesn't answer either.
    """

    def __init__(
        self,
        connection: ReconnectingConnection,
        open_channel: Callable[[], Awaitable[PublishingChannel]],
        opened: PublishingChannel,
        timeout: float,
    ) -> None:
        self.connection = connection
        self._open_channel = open_channel
        self._opened = opened
        self._fresh_at = -math.inf
        self._asked_at = -math.inf
        self._timeout = timeout
        self._suspects = Suspects()
        self._in_flight: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    async def connect(
        cls,
        settings: BrokerSettings,
        name: str,
        exchange: str = "",
        routes: Mapping[str, str] = NO_ROUTES,
    ) -> "ConfirmedPublisher":
        """A publisher on a connection of its own, which is its user's to close; raises as that does."""
        connection = await open_connection(settings, name)
        try:
            return await cls.open(connection, settings.publish_timeout, exchange, routes)
        except BaseException as failure:
            await connection.close()
            if isinstance(failure, CONNECTION_EXCEPTIONS):
                raise broker_error(settings, failure) from failure
            raise

    @classmethod
    async def open(
        cls,
        connection: ReconnectingConnection,
        timeout: float,
        exchange: str = "",
        routes: Mapping[str, str] = NO_ROUTES,
    ) -> "ConfirmedPublisher":
        """A publisher on a channel of its own, to the default exchange or a named one.

        `timeout` is in seconds and includes reconnecting. `routes`: see `PublishingChannel.open`.
        """
        open_channel = partial(PublishingChannel.open, connection, exchange, routes)
        return cls(connection, open_channel, await open_channel(), timeout)

    async def is_open(self, within: float) -> bool:
        """Whether its channel is open, or opens again within so many seconds, and RabbitMQ answers."""
        try:
            async with asyncio.timeout(within):
                await self._opened.channel.ready()
        except (TimeoutError, *CONNECTION_EXCEPTIONS):
            return False
        return not self._opened.channel.is_closed and await self.connection.answers()

    async def leave_if_silent(self) -> None:
        """See `ReconnectingConnection.leave_if_silent`."""
        await self.connection.leave_if_silent()

    async def mend(self) -> None:
        """Drop a connection that has gone silent; what is being published goes out on the next one."""
        await self.connection.mend()

    async def publish(
        self,
        message: Message,
        routing_key: str,
        *,
        mandatory: bool = True,
        on_send: Callable[[], None] = _nothing,
    ) -> None:
        """Publish until confirmed; a lost connection is waited for, and the message sent again.

        `on_send` is called before each time that it is sent.

        So a message may arrive twice, and never not at all. Raises `UndeliverableError` if no queue took it,
        `NotPermittedError`, `MessageRefusedError` or `PublishNackedError` (its queue is full) if RabbitMQ
        refuses it, and `PublishTimeoutError` if it did not confirm in time (it may still arrive).
        """
        # aio-pika tells returned messages apart by message_id alone, so equal ones go one after the other. To
        # one without an id it gives a new one.
        lock = asyncio.Lock()
        if message.message_id:
            lock = self._in_flight.setdefault(message.message_id, lock)
        blame = self._suspects.blame_of(message.message_id)
        was_sent = False

        def sends() -> None:
            nonlocal was_sent
            was_sent = True
            on_send()

        try:
            async with asyncio.timeout(self._timeout), lock:
                await self._until_confirmed(message, routing_key, blame, sends, mandatory=mandatory)
        except TimeoutError:
            self._suspects.remember(message.message_id, blame)
            raise PublishTimeoutError(
                f"RabbitMQ did not confirm the message for {routing_key!r} within {self._timeout:g} s"
                f"{blame.why}. {MAY_ARRIVE if was_sent else WAS_NOT_SENT}",
                is_suspect=blame.is_proven,
            ) from None

    async def header_room(self) -> int:
        """How many bytes of headers a message can have on this connection; waits for a lost one."""
        opened = self._opened.channel
        await opened.ready()
        channel = cast("Channel", await opened.get_underlay_channel())
        return (channel.connection.connection_tune.frame_max or FRAME_MAX) - _PROPERTIES

    async def requeue(
        self,
        message: AbstractIncomingMessage,
        queue: str,
        copy: Callable[[Delivery], Message] = Delivery.to_message,
    ) -> None:
        """Return a message to its queue; one that was returned often is sent to its end as a fresh copy.

        So an outage, however long, never brings a message to the delivery limit. A crash between copy and ack
        leaves the message twice, which its id makes harmless.
        """
        if not was_returned_often(message.headers):
            with library_calls():
                await message.nack(requeue=True)
            return
        await self.publish(copy(Delivery.from_message(message)), queue)
        with library_calls():
            await message.ack()

    async def _until_confirmed(
        self,
        message: Message,
        routing_key: str,
        blame: Blame,
        on_send: Callable[[], None],
        *,
        mandatory: bool,
    ) -> None:
        while True:
            opened = self._opened
            await opened.channel.ready()
            try:
                async with self._suspects.in_flight(alone=blame.is_suspect):
                    on_send()
                    with library_calls():
                        publishing = opened.to(routing_key).publish(message, routing_key, mandatory=mandatory)
                        await self._confirmed(publishing)
            except PublishError:
                raise UndeliverableError(
                    f"No queue took the message for {routing_key!r}: it does not exist. Check the name."
                ) from None
            except CHANNEL_FAILURES as failure:
                blame.failed(failure)
                if blame.is_nacked:
                    raise PublishNackedError(
                        f"RabbitMQ refuses the message for {routing_key!r} (basic.nack): the queue is full, "
                        "or can't store it now. Send it again later, under the same id; "
                        "rabbitmqctl list_policies shows limits."
                    ) from None
                if isinstance(failure, DeliveryError):
                    await self._take_another(opened)
            else:
                return
            await asyncio.sleep(blame.pause)

    async def _confirmed(self, publish: Awaitable[object]) -> None:
        """Return when it is; raises what the library does, also for a connection that is dropped as silent.

        A fresh channel on one that answers would not help: with a queue's leader frozen, RabbitMQ 3.10
        confirms those that have published to it as soon as there is another leader; others, after a minute.
        """
        if not self.connection.has_others:
            await publish
            return
        publishing = asyncio.ensure_future(publish)
        try:
            while not (await asyncio.wait({publishing}, timeout=SILENCE))[0]:
                if time.monotonic() - self._asked_at > SILENCE:
                    self._asked_at = time.monotonic()
                    await self.connection.mend()
            await publishing
        finally:
            publishing.cancel()

    async def _take_another(self, nacked: PublishingChannel) -> None:
        """A fresh channel, unless there is one already; with none to be had, the old one goes on."""
        if self._opened is not nacked or time.monotonic() - self._fresh_at < FRESH_CHANNEL_INTERVAL:
            return
        self._fresh_at = time.monotonic()
        with suppress(*CONNECTION_EXCEPTIONS):
            self._opened = await ended_within(CHANNEL_TIMEOUT, self._open_channel())
            nacked.close_after(self._timeout)
