"""The connection to Temporal, by the SDK's own environment configuration."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from temporalio.client import Client, Interceptor
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConnectConfig
from temporalio.service import GrpcCompression, KeepAliveConfig, RPCError, RPCStatusCode

from saga.errors import TEMPORAL, TemporalUnreachableError
from saga.payloads.data_converter import data_converter
from saga.temporal.client_config import client_config, first_line
from saga.temporal.connection_refusal import refused, why_away
from saga.temporal.server_limit import is_limit
from voyage.runtime import tracing
from voyage.runtime.retry import retry_until_available
from voyage.runtime.settings import ConnectionSettings, load_settings
from voyage.runtime.system_errors import lacks_descriptors, no_descriptors

log = logging.getLogger(__name__)

LEAST_PING_INTERVAL = 10.0
"""Seconds; the server closes a connection that asks more often (`frontend.keepAliveMinTime`)."""
LONGEST_PING_WAIT = 15.0
COMPRESSION = GrpcCompression.NONE
"""The SDK's default is gzip, which costs more CPU on both sides than a few KiB per call are worth."""

_AWAY = (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED)


async def connect_when_available() -> Client:
    """Connect to the server that `TEMPORAL_ADDRESS` and its siblings name, waiting until it answers.

    `Client.connect` fails at once while the server is down; this one says so in the log and goes on trying.
    Raises `TemporalRefusedError` for a certificate or a key that is refused, and `SettingsError`.
    """
    config, converter = client_config(), data_converter()
    address = config["target_host"]
    client = await retry_until_available(
        TEMPORAL, lambda: _connected(config, converter), TemporalUnreachableError
    )
    log.info("Connected to Temporal at %s, namespace %s", address, client.namespace)
    return client


def check_settings() -> None:
    """Raise `SettingsError` for what can't be used of Temporal's environment; nothing is connected."""
    client_config()


async def connect_once() -> Client:
    """Connect for one command, or raise at once: `TemporalUnreachableError`, or what else `connect` raises.

    It tries five times, as a server that refuses our certificate may hang up before the SDK has read why.
    """
    config, converter = client_config(), data_converter()
    for _ in range(4):
        with suppress(TemporalUnreachableError):
            return await _connected(config, converter)
        await asyncio.sleep(0.1)
    return await _connected(config, converter)


def rpc_failure(error: Exception) -> str:
    """One sentence about a failed call."""
    if isinstance(error, RPCError) and is_limit(error):
        return f"Temporal is at its limit ({error.message})."
    if isinstance(error, RPCError):
        said = why_away(error.message) or error.message.rstrip(".") or error.status.name
        return f"Temporal does not answer ({said})." if error.status in _AWAY else f"Temporal says: {said}."
    return str(error)


async def _connected(config: ClientConnectConfig, converter: DataConverter) -> Client:
    address = config["target_host"]
    try:
        return await Client.connect(
            **config,
            data_converter=converter,
            interceptors=_interceptors(),
            keep_alive_config=keep_alive_of(load_settings(ConnectionSettings).silence_timeout),
            grpc_compression=COMPRESSION,
        )
    except (RPCError, RuntimeError) as down:
        if refusal := refused(address, down):
            raise refusal from down
        if lacks_descriptors(down):
            text = no_descriptors(f"a connection to Temporal at {address}")
            raise TemporalUnreachableError(text) from down
        raise TemporalUnreachableError(
            f"Temporal at {address} does not answer ({why_away(str(down)) or first_line(down)}). "
            "Start it, or set TEMPORAL_ADDRESS."
        ) from down


def keep_alive_of(silence_timeout: float) -> KeepAliveConfig:
    """When to ask a server that says nothing, and how long to wait for it; not more often than it permits."""
    interval = max(LEAST_PING_INTERVAL, silence_timeout / 2)
    wait = min(LONGEST_PING_WAIT, silence_timeout - interval)
    return KeepAliveConfig(interval_millis=round(interval * 1000), timeout_millis=round(wait * 1000))


def _interceptors() -> Sequence[Interceptor]:
    if not tracing.are_on():
        return ()
    from temporalio.contrib.opentelemetry import TracingInterceptor  # noqa: PLC0415 -- an extra

    return (TracingInterceptor(),)
