"""Connections to RabbitMQ: one place that knows how ours are opened, and what their failures mean."""

from aio_pika import connect, connect_robust
from aio_pika.abc import AbstractRobustChannel, AbstractRobustConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from aiormq.exceptions import ProbableAuthenticationError

from publisher import amqp_url, tls, tolerant_decoding, topology
from publisher.errors import BrokerLoginError, BrokerUnreachableError, VoyageError
from publisher.reconnecting import ReconnectingConnection
from publisher.settings import BrokerSettings

CONNECT_TIMEOUT = 10.0
RECONNECT_INTERVAL = 1.0
HEARTBEAT = 20  # seconds; a silent peer is given up after three


async def prepare(settings: BrokerSettings) -> None:
    """Reach the broker and declare the contract's queues, on a connection that is closed again.

    Raises `BrokerUnreachableError`, or what only a person can mend: `QueueMismatchError`,
    `NotDeclaredError`, `BrokerLoginError`, `BrokerCertificateError` or `SettingsError`.
    """
    url, context = settings.amqp_url.get_secret_value(), tls.ssl_context(settings)
    try:
        async with await connect(url, ssl_context=context, timeout=CONNECT_TIMEOUT) as connection:
            await topology.declare(connection, settings)
    except (*CONNECTION_EXCEPTIONS, ValueError, TimeoutError) as failure:
        reason = (await tls.reason_to_hang_up(settings, context) if context else None) or failure
        raise unusable(settings, reason) from failure


async def open_connection(settings: BrokerSettings, name: str) -> AbstractRobustConnection:
    """A connection that comes back by itself; RabbitMQ's own views show it under `name`.

    Raises `BrokerUnreachableError` if the broker can't be reached now, or what `prepare` raises.
    """
    tolerant_decoding.install()
    try:
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
        raise unusable(settings, failure) from failure


async def open_channel(connection: AbstractRobustConnection, prefetch: int = 0) -> AbstractRobustChannel:
    """A channel, as soon as the connection is there; a lost one is waited for. `prefetch` 0 is no limit."""
    await connection.ready()
    channel = await connection.channel()
    if prefetch:
        await channel.set_qos(prefetch)
    return channel


def unusable(settings: BrokerSettings, failure: Exception) -> VoyageError:
    """Say which broker, without its password, why not, and what to do."""
    if certificate := tls.refused_certificate(address(settings), failure):
        return certificate
    if isinstance(failure, ProbableAuthenticationError):
        return BrokerLoginError(
            f"RabbitMQ at {address(settings)} refuses the login. Correct user and password in AMQP_URL; "
            "guest is let in from the broker's own machine only."
        )
    reason = str(failure).partition("\n")[0] or type(failure).__name__
    if "got <Connection.Close" in reason:  # aiormq doesn't tell what RabbitMQ said
        reason = "the virtual host is not there, not open to this user, or not running"
    return BrokerUnreachableError(
        f"RabbitMQ at {address(settings)} can't be used ({reason}). Start it, or set AMQP_URL to yours."
    )


def address(settings: BrokerSettings) -> str:
    """The broker's address as it may be shown: without user and password."""
    return amqp_url.shown(settings)
