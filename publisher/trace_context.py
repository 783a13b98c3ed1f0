"""The trace that a message belongs to, in its headers `traceparent` and `tracestate` (W3C Trace Context).

Only in a process that has OpenTelemetry's API loaded can a trace be current; in others nothing is imported.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACE_HEADERS = ("traceparent", "tracestate")


def current_trace() -> dict[str, str]:
    """The headers of the trace that is current here; empty if none is."""
    headers: dict[str, str] = {}
    if _is_loaded():
        _w3c().inject(headers)
    return headers


def trace_in(headers: Mapping[str, Any]) -> dict[str, str]:
    """Those headers of a message that name its trace."""
    return {name: text for name in TRACE_HEADERS if isinstance(text := headers.get(name), str)}


@contextmanager
def trace_continued(headers: Mapping[str, str]) -> Iterator[None]:
    """Let the trace that these headers name be current in the block."""
    if not headers or not _is_loaded():
        yield
        return
    from opentelemetry import context  # noqa: PLC0415 -- for who has it

    token = context.attach(_w3c().extract(headers))
    try:
        yield
    finally:
        context.detach(token)


def _is_loaded() -> bool:
    return "opentelemetry.trace" in sys.modules


@cache
def _w3c() -> "TraceContextTextMapPropagator":
    from opentelemetry.trace.propagation import tracecontext  # noqa: PLC0415 -- for who has it

    return tracecontext.TraceContextTextMapPropagator()
