"""Whom a refusal by RabbitMQ belongs to, by its reply code."""

from collections.abc import Mapping

from aio_pika.exceptions import AMQPError, ChannelClosed, ConnectionClosed
from aiormq import channel, connection

from voyage.failures import Failure

AMQP: Mapping[int, Failure] = {
    311: Failure.REFUSED,  # CONTENT_TOO_LARGE
    312: Failure.REFUSED,  # NO_ROUTE: the queue is gone
    313: Failure.REFUSED,  # NO_CONSUMERS
    320: Failure.AWAY,  # CONNECTION_FORCED: an operator, or a stop
    402: Failure.AWAY,  # INVALID_PATH
    403: Failure.AWAY,  # ACCESS_REFUSED: our user lacks a right, whatever the message
    404: Failure.AWAY,  # NOT_FOUND: an exchange or queue of ours
    405: Failure.AWAY,  # RESOURCE_LOCKED: somebody has a queue of ours for himself
    406: Failure.REFUSED,  # PRECONDITION_FAILED: larger than max_message_size, or properties that can't be
    501: Failure.REFUSED,  # FRAME_ERROR
    502: Failure.REFUSED,  # SYNTAX_ERROR
    503: Failure.REFUSED,  # COMMAND_INVALID
    504: Failure.BUSY,  # CHANNEL_ERROR: two of our own in a race
    505: Failure.REFUSED,  # UNEXPECTED_FRAME
    506: Failure.BUSY,  # RESOURCE_ERROR
    530: Failure.AWAY,  # NOT_ALLOWED: such as a virtual host that was deleted
    540: Failure.REFUSED,  # NOT_IMPLEMENTED
    541: Failure.BUSY,  # INTERNAL_ERROR
}
"""Every reply code of AMQP 0-9-1 (its specification, section 1.1, and RabbitMQ's errata) but 200, success.

Each closes a channel, or from 500 on a connection, for all that are in flight there: which of them is meant,
only a try alone tells.
"""

_CODES: Mapping[type[AMQPError], int] = {
    kind: code for lib in (connection, channel) for code, kind in lib.EXCEPTION_MAPPING.items()
}


def reply_code(error: BaseException) -> int | None:
    """RabbitMQ's reply code; None for an end without a word, such as a lost connection."""
    code = _CODES.get(type(error)) if isinstance(error, AMQPError) else None
    if code is None and isinstance(error, ChannelClosed | ConnectionClosed) and len(error.args) > 1:
        code = error.args[0]
    return code if code in AMQP else None
