"""Connections to RabbitMQ: one place that knows how ours are opened, and what their failures mean."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aio_pika import RobustChannel, RobustConnection, connect, connect_robust
from aio_pika.abc import AbstractConnection, AbstractRobustChannel, AbstractRobustConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AMQPConnectionError
from aiormq.exceptions import ProbableAuthenticationError

from publisher.amqp import tls, topology
from publisher.amqp.tolerant_decoding import tolerant_decoding
from publisher.errors import BrokerError, BrokerLoginError, BrokerUnreachableError
from publisher.settings import BrokerSettings

CONNECT_TIMEOUT = 10.0
RECONNECT_INTERVAL = 1.0
HEARTBEAT = 20  # seconds; a silent peer is given up after three


# aio-pika opens a lost channel again as soon as its connection is ready. One that RabbitMQ had blocked, and
# that is lost, never will be; the channel then waits for it for ever, and keeps every later connection from
# opening it.
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


async def declare_topology(settings: BrokerSettings) -> None:
    """Reach the broker and declare the contract's queues, on a connection that is closed again.

    Raises `BrokerUnreachableError`, or what only a person can fix: `QueueMismatchError`,
    `NotDeclaredError`, `BrokerLoginError`, `BrokerCertificateError` or `SettingsError`.
    """
    async with declared_topology(settings):
        pass


@asynccontextmanager
async def declared_topology(settings: BrokerSettings) -> AsyncIterator[AbstractConnection]:
    """The connection on which the contract's queues were declared, for as long as the block lasts.

    Raises as `declare_topology` does, also for a connection that is lost in the block.
    """
    url, context = settings.amqp_url.get_secret_value(), tls.ssl_context(settings)
    try:
        async with await connect(url, ssl_context=context, timeout=CONNECT_TIMEOUT) as connection:
            await topology.declare(connection, settings)
            yield connection
    except (*CONNECTION_EXCEPTIONS, ValueError, TimeoutError) as failure:
        reason = (await tls.tls_refusal(settings, context) if context else None) or failure
        raise broker_error(settings, reason) from failure


async def open_connection(settings: BrokerSettings, name: str) -> AbstractRobustConnection:
    """A connection that comes back by itself; RabbitMQ's own views show it under `name`.

    Raises `BrokerUnreachableError` if the broker can't be reached now, or what `declare_topology` raises.
    """
    try:
        with tolerant_decoding():
            return await connect_robust(
                settings.amqp_url.get_secret_value(),
                ssl_context=tls.ssl_context(settings),
                timeout=CONNECT_TIMEOUT,
                client_properties={"connection_name": name},
                reconnect_interval=RECONNECT_INTERVAL,
                heartbeat=HEARTBEAT,
                connection_class=ReconnectingConnection,
            )
    except (*CONNECTION_EXCEPTIONS, ValueError, TimeoutError) as failure:
        raise broker_error(settings, failure) from failure


async def open_channel(connection: AbstractRobustConnection, prefetch: int = 0) -> AbstractRobustChannel:
    """A channel, as soon as the connection is there; a lost one is waited for. `prefetch` 0 is no limit."""
    await connection.ready()
    channel = await connection.channel(publisher_confirms=False)
    if prefetch:
        await channel.set_qos(prefetch)
    return channel


def broker_error(settings: BrokerSettings, failure: Exception) -> BrokerError:
    """Say which broker, without its password, why not, and what to do."""
    if certificate := tls.certificate_error(settings.shown_address, failure):
        return certificate
    if isinstance(failure, ProbableAuthenticationError):
        return BrokerLoginError(
            f"RabbitMQ at {settings.shown_address} refuses the login. Correct user and password in AMQP_URL; "
            "guest is let in from the broker's own machine only."
        )
    reason = str(failure).partition("\n")[0] or type(failure).__name__
    if "got <Connection.Close" in reason:  # aiormq doesn't tell what RabbitMQ said
        reason = "the virtual host is not there, not open to this user, or not running"
    return BrokerUnreachableError(
        f"RabbitMQ at {settings.shown_address} can't be used ({reason}). Start it, or set AMQP_URL to yours."
    )
