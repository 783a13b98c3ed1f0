"""Spans of our own, by OpenTelemetry's API. Unless somebody collects them, they cost next to nothing.

OpenTelemetry's own variables switch them on; that needs its SDK, which is an extra.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.trace import Link, Span, SpanKind
from opentelemetry.util.types import AttributeValue

from voyage.errors import SettingsError
from voyage.runtime.addresses import is_http_url

_EXPORTER = "OTEL_TRACES_EXPORTER"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_tracer = trace.get_tracer("voyage")


def set_up(service: str) -> None:
    """Collect spans from here on, if the environment asks for it.

    Raises `SettingsError` for an exporter that isn't known or isn't installed, and for no address of one.
    """
    if not _is_asked_for() or are_on():
        return
    for name in _ENDPOINTS:
        if (address := os.environ.get(name)) and not is_http_url(address):
            raise SettingsError(f"{name}: takes the address of a collector, such as http://localhost:4318")
    try:
        from voyage.runtime import span_exporter  # noqa: PLC0415 -- an extra
    except ImportError as missing:
        raise SettingsError(
            f"OTEL_* variables ask for traces, but OpenTelemetry's SDK is not installed ({missing}). "
            'Install it with pip install "voyage-bridge[otel]", or set OTEL_SDK_DISABLED=true.'
        ) from missing
    trace.set_tracer_provider(span_exporter.provider(service, os.environ.get(_EXPORTER) or "otlp"))


def are_on() -> bool:
    """Whether somebody collects spans in this process."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


@contextmanager
def consuming(queue: str, sent_with: Mapping[str, str]) -> Iterator[None]:
    """The handling of one message, as part of the trace that its sender named in `traceparent`."""
    if not are_on():
        yield
        return
    attributes: dict[str, AttributeValue] = {
        "messaging.system": "rabbitmq",
        "messaging.operation.type": "process",
        "messaging.destination.name": queue,
    }
    with _tracer.start_as_current_span(
        f"process {queue}", propagate.extract(sent_with), SpanKind.CONSUMER, attributes
    ):
        yield


@contextmanager
def publishing(queue: str, asked_with: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """The sending of one answer; yields its trace headers, which carry the trace id of whoever asked."""
    if not are_on():
        yield asked_with
        return
    asked = propagate.extract(asked_with)
    theirs = trace.get_current_span(asked).get_span_context()
    now = trace.get_current_span().get_span_context()
    is_elsewhere = theirs.is_valid and theirs.trace_id != now.trace_id
    with _tracer.start_as_current_span(
        "send result",
        asked if is_elsewhere else None,
        SpanKind.PRODUCER,
        {"messaging.system": "rabbitmq", "messaging.destination.name": queue},
        links=[Link(now)] if is_elsewhere and now.is_valid else [],
    ):
        yield {**asked_with, **_headers()}


@contextmanager
def calling(method: str, host: str) -> Iterator[tuple[Span, Mapping[str, str]]]:
    """One HTTP call; yields its span and the headers to send along."""
    if not are_on():
        yield trace.INVALID_SPAN, {}
        return
    attributes: dict[str, AttributeValue] = {"http.request.method": method, "server.address": host}
    with _tracer.start_as_current_span(method, kind=SpanKind.CLIENT, attributes=attributes) as span:
        yield span, _headers()


def _headers() -> dict[str, str]:
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier


def _is_asked_for() -> bool:
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    exporter = os.environ.get(_EXPORTER)
    return exporter != "none" if exporter else any(os.environ.get(name) for name in _ENDPOINTS)
