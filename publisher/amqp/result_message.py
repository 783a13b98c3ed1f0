"""A message with a result: what it says, and taking it off its queue."""

import logging
from contextlib import suppress

from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from pydantic import ValidationError

from publisher.contract.result import BookingResult
from publisher.trace_context import trace_in
from voyage.runtime.awaiting import library_calls

log = logging.getLogger(__name__)


def parse_result(message: AbstractIncomingMessage) -> BookingResult | None:
    """The result in a message, or None, logged, for something else."""
    try:
        result = BookingResult.model_validate_json(message.body)
    except ValidationError:
        log.warning("Message %s is not a booking result", message.message_id)
        return None
    result.trace_headers.update(trace_in(message.headers))
    return result


async def ack(message: AbstractIncomingMessage) -> None:
    """Ack; on a channel that is gone it is too late, and the broker delivers the message again."""
    with suppress(*CONNECTION_EXCEPTIONS), library_calls():
        await message.ack()
