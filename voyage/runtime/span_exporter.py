"""Where spans go: to a collector by OTLP over HTTP, or to stdout, one JSON object per line."""

import os
from collections.abc import Callable, Mapping

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter

from voyage.errors import SettingsError


def _line(span: ReadableSpan) -> str:
    return f"{span.to_json(indent=None)}\n"


_EXPORTERS: Mapping[str, Callable[[], SpanExporter]] = {
    "otlp": OTLPSpanExporter,
    "console": lambda: ConsoleSpanExporter(formatter=_line),
}


def provider(service: str, exporter: str) -> TracerProvider:
    """A provider for this process; what is not sent yet when it ends is sent then."""
    if exporter not in _EXPORTERS:
        known = ", ".join((*_EXPORTERS, "none"))
        raise SettingsError(f"OTEL_TRACES_EXPORTER: {exporter!r} is not one of {known}")
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: service}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(_EXPORTERS[exporter]()))
    return provider
