"""A filter for the log: lines that come of a server's absence are few, and have no traceback."""

import logging
from collections.abc import Mapping
from typing import Any

from voyage.runtime.outages import OUTAGES, Outages

_OF_LIBRARIES = {
    "aio_pika.robust_connection": "RabbitMQ",
    "aio_pika.tools": "RabbitMQ",
    "aiormq.connection": "RabbitMQ",
    "aiormq.channel": "RabbitMQ",
    "temporalio": "Temporal",
}
"""Loggers that speak of nothing but their connection, and of which server."""
_COLLECTOR = "opentelemetry.exporter."
_SAID_ALREADY = (
    "Connection to %s closed. Reconnecting",
    "Cancelling cause reader exited abnormally",
    "error when creating transport",
)
"""What RabbitMQ's libraries log beside an error that they raise, which is told better by whoever gets it."""


class OutageLines(logging.Filter):
    """Lets through what `Outages` admits, of lines about a server that is away.

    These are lines with `extra={"away": server}`, lines about an error with an attribute `away`, and those
    that libraries log about their connections. Lines with `extra={"is_change": True}` tell of a state which
    begins or ends, and always go out: without one of them, the log would say the opposite of what is so.
    """

    def __init__(self, outages: Outages = OUTAGES) -> None:
        super().__init__()
        self._outages = outages

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line may go out; one that comes of an absence loses its traceback."""
        if getattr(record, "is_change", False):
            return True
        error = _error_of(record)
        server = getattr(record, "away", None) or getattr(error, "away", None)
        library = _library_of(record.name)
        if not server and not library:
            return True
        if not server and str(record.msg).startswith(_SAID_ALREADY):
            return False
        kind = f"{record.name} {record.msg}" if server else record.name
        more = self._outages.admit(server or library or "", kind, is_ours=bool(server))
        if more is None:
            return False
        said = record.getMessage()
        if record.exc_info and error is record.exc_info[1]:
            said = f"{said}: {_line(error)}"
        record.msg, record.args = f"{said}{more}", None
        record.exc_info = record.exc_text = None
        return True


def _error_of(record: logging.LogRecord) -> BaseException | None:
    """The first error that the line is about and that names a server, or the one that it was logged with."""
    args: Mapping[str, Any] | tuple[Any, ...] = record.args or ()
    shown = record.exc_info[1] if record.exc_info else None
    told = (*(args.values() if isinstance(args, Mapping) else args), shown)
    return next((one for one in told if isinstance(one, BaseException) and hasattr(one, "away")), shown)


def _library_of(logger: str) -> str | None:
    if logger.startswith(_COLLECTOR):
        return "The collector of traces"
    return _OF_LIBRARIES.get(logger)


def _line(error: BaseException | None) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
