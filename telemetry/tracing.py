"""Switching traces on, by OpenTelemetry's own variables, with its SDK and Temporal's interceptor."""

import os
from collections.abc import Sequence

from opentelemetry import trace
from temporalio.client import Interceptor

from telemetry import traces
from telemetry.errors import NotConfiguredError

_EXPORTER = "OTEL_TRACES_EXPORTER"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def set_up(service: str) -> Sequence[Interceptor]:
    """Collect spans, if the environment asks for it; what a Temporal client must then be made with.

    Raises `NotConfiguredError` for an exporter that isn't known or isn't installed.
    """
    if not _is_asked_for():
        return ()
    try:
        from temporalio.contrib.opentelemetry import TracingInterceptor  # noqa: PLC0415 -- an extra

        from telemetry import exporting  # noqa: PLC0415 -- an extra
    except ImportError as missing:
        raise NotConfiguredError(
            f"OTEL_* variables ask for traces, but OpenTelemetry's SDK is not installed ({missing}). "
            'Install it with pip install "voyage[otel]", or set OTEL_SDK_DISABLED=true.'
        ) from missing
    if not traces.are_on():
        trace.set_tracer_provider(exporting.provider(service, os.environ.get(_EXPORTER) or "otlp"))
    return (TracingInterceptor(),)


def _is_asked_for() -> bool:
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    exporter = os.environ.get(_EXPORTER)
    return exporter != "none" if exporter else any(os.environ.get(name) for name in _ENDPOINTS)
