"""The Temporal SDK's runtime: its logs go where ours go, and its metrics are at hand for `/metrics`."""

import logging
import os
import socket
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import aiohttp
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from voyage.runtime.endpoints import Metrics
from voyage.runtime.settings import RuntimeSettings

log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
# The SDK's core would start a thread for each processor, and these keep each other awake; one can do more
# than Python's single thread has for it. The variable is its runtime's: https://docs.rs/tokio.
_THREADS = "TOKIO_WORKER_THREADS"
_READ_TIMEOUT = aiohttp.ClientTimeout(total=5)
# The SDK's own have nothing between 1 and 5 s, nor between 10 and 100 s: a quantile in there says little.
_IN_SECONDS = ("voyage_booking_time", "schedule_to_start_latency", "activity_execution_latency")
SECONDS: Sequence[float] = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)


@dataclass(frozen=True)
class SdkMetrics:
    """The metrics of the SDK's core, which adds them up outside of Python, on a port of its own."""

    port: int

    async def read(self) -> bytes:
        """They in Prometheus's text format; empty if they can't be read now."""
        try:
            async with (
                aiohttp.ClientSession(timeout=_READ_TIMEOUT) as session,
                session.get(f"http://{_LOOPBACK}:{self.port}/metrics") as answer,
            ):
                return await answer.read()
        except (aiohttp.ClientError, TimeoutError) as failure:
            log.warning("The Temporal SDK's metrics can't be read: %s", failure)
            return b""


def set_up(settings: RuntimeSettings) -> Metrics | None:
    """Make the runtime for every Temporal client from here on; its metrics if the process serves any."""
    os.environ.setdefault(_THREADS, "1")
    port = _free_port() if settings.health_port is not None else None
    forwarding = LogForwardingConfig(
        logger=logging.getLogger("temporalio"),
        append_target_to_name=False,
        append_log_fields_to_message=False,
    )
    logs = LoggingConfig(TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding=forwarding)
    telemetry = TelemetryConfig(logging=logs, metrics=_prometheus(port) if port else None)
    Runtime.set_default(Runtime(telemetry=telemetry), error_if_already_set=False)
    return SdkMetrics(port).read if port else None


def _prometheus(port: int) -> PrometheusConfig:
    return PrometheusConfig(
        bind_address=f"{_LOOPBACK}:{port}",
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides=dict.fromkeys(_IN_SECONDS, SECONDS),
    )


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
