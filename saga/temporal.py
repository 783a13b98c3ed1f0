"""The connection to Temporal, by the SDK's own environment configuration."""

import logging
from collections.abc import Sequence

import stamina
from temporalio.client import Client, Interceptor
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.service import RPCError

from saga.errors import TemporalUnreachableError

log = logging.getLogger(__name__)

DEFAULT_ADDRESS = "localhost:7233"


async def connect(interceptors: Sequence[Interceptor] = ()) -> Client:
    """Connect to the server that `TEMPORAL_ADDRESS` and its siblings name, waiting until it answers.

    `Client.connect` fails at once while the server is down; this one says so in the log and goes on trying.
    """
    config = _config()
    address = config["target_host"]
    waits = stamina.retry_context(on=(RPCError, RuntimeError), attempts=None, timeout=None, wait_max=5)
    async for attempt in waits:
        with attempt:
            try:
                client = await Client.connect(**config, interceptors=interceptors)
            except (RPCError, RuntimeError) as down:
                log.warning(
                    "Temporal at %s does not answer yet (%s); trying again", address, _first_line(down)
                )
                raise
    log.info("Connected to Temporal at %s, namespace %s", address, client.namespace)
    return client


async def connect_now() -> Client:
    """Connect for one command; raises `TemporalUnreachableError` if the server doesn't answer at once."""
    config = _config()
    try:
        return await Client.connect(**config)
    except (RPCError, RuntimeError) as down:
        where = f"Temporal at {config['target_host']} does not answer ({_first_line(down)})."
        raise TemporalUnreachableError(f"{where} Start it, or set TEMPORAL_ADDRESS.") from down


def _config() -> ClientConnectConfig:
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", DEFAULT_ADDRESS)
    return config


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
