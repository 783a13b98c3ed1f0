"""Channels that open again on the next connection, with what they consume."""

import asyncio
from typing import Any, cast

from aio_pika import Queue, RobustChannel, RobustQueue
from aio_pika.abc import AbstractQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AMQPConnectionError

from voyage.runtime.awaiting import forget

REOPEN_TIMEOUT = 5.0  # seconds; a queue whose leader is on a frozen node may not answer for minutes


# aio-pika restores those consumers that there were when it began. One that is cancelled meanwhile may be
# restored after its cancel: RabbitMQ then has a consumer whose messages nobody takes or gives back.
class ReopeningQueue(RobustQueue):
    """Is consumed again on the next channel by those consumers that nobody has cancelled."""

    async def restore(self, channel: Any = None) -> None:  # noqa: ARG002 -- aio-pika itself ignores it
        """Declare, bind and consume it on its channel, which is open; raises what aio-pika raises."""
        await self.declare()
        for (exchange, routing_key), how in tuple(self._bindings.items()):
            await self.bind(exchange, routing_key, **how)
        for tag, how in tuple(self._consumers.items()):
            if tag in self._consumers:
                await Queue.consume(self, consumer_tag=tag, **how)


# aio-pika opens a lost channel again as soon as its connection is ready. One that RabbitMQ had blocked, and
# that is lost, never will be; the channel then waits for it for ever, and keeps every later connection from
# opening it. It also waits for ever for a queue that does not answer.
class ReopeningChannel(RobustChannel):
    """Opens again on the next connection, if the one that it waits for is lost; and in time, or it fails."""

    QUEUE_CLASS = ReopeningQueue

    async def get_queue(self, name: str, *, ensure: bool = True) -> AbstractQueue:
        """As aio-pika gives it; one that need not be there is consumed again on the next channel too."""
        queue = await super().get_queue(name, ensure=ensure)
        self._queues[name].add(cast("RobustQueue", queue))
        return queue

    async def reopen(self) -> None:
        """Raises `AMQPConnectionError` if the connection is lost meanwhile; the next one opens it.

        Raises `TimeoutError` if RabbitMQ doesn't answer; a later try may ask a queue's next leader.
        """
        transport = self._connection.transport
        if transport is None:
            raise AMQPConnectionError("No connection to open a channel on")
        opening = asyncio.ensure_future(super().reopen())
        opening.add_done_callback(forget)
        try:
            closing = transport.connection.closing
            ends = [opening, closing]
            await asyncio.wait(ends, timeout=REOPEN_TIMEOUT, return_when=asyncio.FIRST_COMPLETED)
            if closing.done() and not opening.done():
                raise AMQPConnectionError("The connection is lost; the channel opens on the next one")
            if not opening.done():
                raise TimeoutError(f"RabbitMQ did not open the channel again within {REOPEN_TIMEOUT:g} s")
        finally:
            opening.cancel()
        await opening

    async def _on_close(self, closing: "asyncio.Future[Any]") -> BaseException | None:
        """A channel lost with its connection opens on the next; aio-pika tries at once, and logs that."""
        try:
            return await super()._on_close(closing)
        except CONNECTION_EXCEPTIONS:
            if self._connection.connected.is_set():
                raise
            return None
