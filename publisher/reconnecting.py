"""A connection that comes back even if RabbitMQ was under an alarm when it was lost.

aio-pika opens a lost channel again as soon as its connection is ready. One that RabbitMQ had blocked, and
that is lost, never will be; the channel then waits for it for ever, and keeps every later connection from
opening it.
"""

import asyncio

from aio_pika import RobustChannel, RobustConnection
from aio_pika.exceptions import AMQPConnectionError


class ReopeningChannel(RobustChannel):
    """Opens again on the next connection, if the one that it waits for is lost."""

    async def reopen(self) -> None:
        """Raises `AMQPConnectionError` if the connection is lost meanwhile; the next one opens it."""
        transport = self._connection.transport
        if transport is None:
            raise AMQPConnectionError("No connection to open a channel on")
        opening = asyncio.ensure_future(super().reopen())
        try:
            await asyncio.wait([opening, transport.connection.closing], return_when=asyncio.FIRST_COMPLETED)
            if not opening.done():
                raise AMQPConnectionError("The connection is lost; the channel opens on the next one")
        finally:
            opening.cancel()
        await opening


class ReconnectingConnection(RobustConnection):
    """Its channels open again on whichever connection is there."""

    CHANNEL_CLASS = ReopeningChannel
