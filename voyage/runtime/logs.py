"""Structured logs over the standard library's loggers: one handler, for people or as JSON, on stderr."""

import logging
import sys
from collections.abc import Iterable, Sequence

import structlog
from structlog.typing import Processor

from voyage.runtime.outage_lines import OutageLines
from voyage.runtime.settings import LogFormat, RuntimeSettings

_TALKATIVE = ("httpx", "httpcore")  # they log every call, with its address


def set_up(settings: RuntimeSettings, ours: Iterable[str], more: Sequence[Processor] = ()) -> None:
    """Log as the settings say; `ours` are the packages that may log below info, `more` adds to each line.

    Libraries may not: at debug level they show bodies and passwords.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(settings.log_format, more))
    handler.addFilter(OutageLines())
    level = logging.getLevelName(settings.log_level.upper())
    logging.root.handlers = [handler]
    logging.root.setLevel(max(level, logging.INFO))
    for name in ours:
        logging.getLogger(name).setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def bind(**fields: str | int | None) -> None:
    """Add these fields to whatever the current task logs from here on."""
    structlog.contextvars.bind_contextvars(**fields)


def _formatter(kind: LogFormat, more: Sequence[Processor]) -> logging.Formatter:
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        *more,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    # Plain tracebacks: the pretty ones show local variables, and so bodies and passwords.
    last: list[Processor] = [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    ]
    if kind is LogFormat.JSON:
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
