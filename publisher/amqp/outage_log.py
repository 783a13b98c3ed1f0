"""What the log of an application says while RabbitMQ is away: one line of ours, instead of hundreds."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from aio_pika.abc import AbstractRobustConnection

from publisher.errors import RABBITMQ

log = logging.getLogger(__name__)

_LIBRARIES = ("aio_pika.robust_connection", "aio_pika.tools", "aiormq.connection")
"""Loggers that speak of nothing but their connection: about once a second while it can't be made."""
_is_quiet: ContextVar[bool] = ContextVar("voyage_quiet_connection", default=False)


@contextmanager
def quiet_connections() -> Iterator[None]:
    """Connections opened in this block log nothing below debug; others of the application don't change.

    Their tasks inherit the block's context, by which a line is known. At level debug all is logged.
    """
    _install()
    before = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(before)


def tell_outages(connection: AbstractRobustConnection, name: str, address: str) -> None:
    """From here on, log a line when RabbitMQ is lost, and one when it is back."""
    since: list[float] = []

    def lost(_: object, failure: BaseException | None, *__: Any) -> None:
        if connection.close_called or since:
            return
        since.append(time.monotonic())
        why = str(failure).partition("\n")[0] or type(failure).__name__
        log.warning(
            "RabbitMQ at %s is away from %r (%s). Connecting again until it is back.",
            address,
            name,
            why,
            extra={"away": RABBITMQ},
        )

    def back(*_: Any) -> None:
        if since:
            log.warning("RabbitMQ at %s is back after %.0f s.", address, time.monotonic() - since.pop())

    connection.close_callbacks.add(lost)
    connection.reconnect_callbacks.add(back)


@cache
def _install() -> None:
    for name in _LIBRARIES:
        logging.getLogger(name).addFilter(_said_better)


def _said_better(record: logging.LogRecord) -> bool:
    return not _is_quiet.get() or logging.getLogger(record.name).isEnabledFor(logging.DEBUG)
