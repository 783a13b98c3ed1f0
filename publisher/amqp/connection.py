"""Connections to RabbitMQ: one place that knows how ours are opened."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from aio_pika import Connection
from aio_pika.abc import AbstractConnection, AbstractRobustChannel, AbstractRobustConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from yarl import URL

from publisher.amqp import tls, topology
from publisher.amqp.broker_failure import broker_error
from publisher.amqp.reconnecting import CLOSE_TIMEOUT, ReconnectingConnection, heartbeat_of
from publisher.amqp.tolerant_decoding import tolerant_decoding
from publisher.amqp.transports import Transports
from publisher.settings import BrokerSettings
from voyage.runtime.awaiting import ended_within, library_calls

CONNECT_TIMEOUT = 10.0
NODE_TIMEOUT = 5.0
RECONNECT_INTERVAL = 1.0

C = TypeVar("C", bound=Connection)


async def declare_topology(settings: BrokerSettings, *, own_results: bool = False) -> None:
    """Reach the broker and declare the contract's queues, on a connection that is closed again.

    With owners and `own_results` also the queue for the results of our requests that name no `reply_to`.

    Raises `BrokerUnreachableError`, or what only a person can fix: `QueueMismatchError`,
    `NotDeclaredError`, `BrokerLoginError`, `BrokerCertificateError` or `SettingsError`.
    """
    async with connected(settings) as connection:
        try:
            with library_calls():
                await topology.declare(connection, settings)
                if own_results:
                    await topology.declare_own_results(connection, settings)
        except CONNECTION_EXCEPTIONS as failure:
            raise broker_error(settings, failure) from failure


@asynccontextmanager
async def connected(settings: BrokerSettings) -> AsyncIterator[AbstractConnection]:
    """A connection that doesn't come back, closed within seconds; raises as `open_connection` does."""
    context = tls.ssl_context(settings)

    def one(transports: Transports) -> Connection:
        connection = Connection(_url(settings), ssl_context=context)
        connection.kwargs["transport_factory"] = transports
        return connection

    try:
        connection = await _connect(one, settings)
    except (*CONNECTION_EXCEPTIONS, ValueError) as failure:
        refusal = await tls.tls_refusal(settings, context) if context else None
        raise broker_error(settings, refusal or failure) from failure
    try:
        yield connection
    finally:
        with suppress(*CONNECTION_EXCEPTIONS):
            await ended_within(CLOSE_TIMEOUT, connection.close())


async def open_connection(settings: BrokerSettings, name: str) -> ReconnectingConnection:
    """A connection that comes back by itself; RabbitMQ's own views show it under `name`.

    Raises `BrokerUnreachableError` if the broker can't be reached now, or what `declare_topology` raises.
    """
    context = tls.ssl_context(settings)

    def one(transports: Transports) -> ReconnectingConnection:
        return ReconnectingConnection(
            _url(settings),
            transports,
            ssl_context=context,
            client_properties={"connection_name": name},
            reconnect_interval=RECONNECT_INTERVAL,
        )

    try:
        with tolerant_decoding():
            return await _connect(one, settings)
    except (*CONNECTION_EXCEPTIONS, ValueError) as failure:
        raise broker_error(settings, failure) from failure


async def open_channel(connection: AbstractRobustConnection, prefetch: int = 0) -> AbstractRobustChannel:
    """A channel, as soon as the connection is there; a lost one is waited for. `prefetch` 0 is no limit."""
    with library_calls():
        await connection.ready()
        channel = await connection.channel(publisher_confirms=False)
        if prefetch:
            await channel.set_qos(prefetch)
    return channel


async def _connect(one: Callable[[Transports], C], settings: BrokerSettings) -> C:
    """A connection to a node that lets us in; raises what the last of them answered."""
    transports, others = Transports(settings.nodes), settings.nodes[1:]
    within = NODE_TIMEOUT if others else CONNECT_TIMEOUT
    for _ in others:
        with suppress(*CONNECTION_EXCEPTIONS):
            return await _open(one(transports), within)
    return await _open(one(transports), within)


async def _open(connection: C, within: float) -> C:
    """Connect, or close it: else it would go on trying, or complain when it is collected."""
    try:
        with library_calls():
            await connection.connect(within)
    except BaseException:
        await connection.close()
        raise
    return connection


def _url(settings: BrokerSettings) -> URL:
    """Where to connect, and with which heartbeat."""
    return settings.url.update_query(heartbeat=heartbeat_of(settings.silence_timeout))
