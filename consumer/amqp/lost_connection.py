"""What the log says of a connection to RabbitMQ that is lost, and is there again."""

import logging
from typing import Any

from aio_pika.abc import AbstractRobustConnection

from publisher.errors import RABBITMQ
from voyage.runtime.outages import OUTAGES

log = logging.getLogger(__name__)


def tell_when_lost(connection: AbstractRobustConnection, name: str, address: str) -> None:
    """From here on, log when this connection is lost and when RabbitMQ is back."""

    def lost(_: object, failure: BaseException | None, *__: Any) -> None:
        if connection.close_called:  # by ourselves
            return
        OUTAGES.lost(RABBITMQ, name)
        why = str(failure).partition("\n")[0] or type(failure).__name__
        log.warning(
            "RabbitMQ at %s: the connection %r is lost (%s). Connecting again.",
            address,
            name,
            why,
            extra={"away": RABBITMQ},
        )

    def back(*_: Any) -> None:
        OUTAGES.back(RABBITMQ, name)

    connection.close_callbacks.add(lost)
    connection.reconnect_callbacks.add(back)
