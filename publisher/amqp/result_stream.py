"""Results of a shared queue as a stream, each acked when the next one is asked for."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import suppress

from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from pydantic import ValidationError

from publisher.amqp.connection import open_channel
from publisher.amqp.refusals import told_by_name
from publisher.contract.result import BookingResult
from publisher.lifetime import Lifetime
from publisher.trace_context import trace_in
from voyage.runtime.awaiting import ended_within, library_calls

log = logging.getLogger(__name__)

PREFETCH = 100
REMEMBERED = 10_000  # answers among which repeats are recognised
_CLOSE_TIMEOUT = 5.0


def parse_result(message: AbstractIncomingMessage) -> BookingResult | None:
    """The result in a message, or None, logged, for something else."""
    try:
        result = BookingResult.model_validate_json(message.body)
    except ValidationError:
        log.warning("Message %s is not a booking result; dropped", message.message_id)
        return None
    result.trace_headers.update(trace_in(message.headers))
    return result


async def result_stream(
    connection: AbstractRobustConnection, queue_name: str, lifetime: Lifetime, count: int | None = None
) -> AsyncGenerator[BookingResult, None]:
    """Results of a queue, each acked when the next is asked for, repeats dropped; `count` of them or all.

    Raises `ClientClosedError` when its client is closed, `NotDeclaredError` and `NotPermittedError`.
    """
    channel = await lifetime.lasting(lambda: open_channel(connection, PREFETCH))
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    seen: OrderedDict[tuple[str | None, str | None], None] = OrderedDict()
    try:
        with library_calls(), told_by_name("read"):
            queue = await channel.get_queue(queue_name, ensure=True)
            tag = await queue.consume(arrived.put)
    except BaseException:
        with suppress(Exception):
            await ended_within(_CLOSE_TIMEOUT, channel.close())
        raise
    try:
        while count is None or len(seen) < count:
            message = await lifetime.lasting(arrived.get)
            key = (message.correlation_id, message.message_id)
            result = None if key in seen else parse_result(message)
            if result:
                yield result
                seen[key] = None
                if count is None and len(seen) > REMEMBERED:
                    seen.popitem(last=False)
            await ack(message)
    finally:
        with suppress(Exception):  # aiormq raises a bare one if its connection goes; that ends both as well
            await ended_within(_CLOSE_TIMEOUT, queue.cancel(tag))
            await ended_within(_CLOSE_TIMEOUT, channel.close())


async def ack(message: AbstractIncomingMessage) -> None:
    """Ack; on a channel that is gone it is too late, and the broker delivers the message again."""
    with suppress(*CONNECTION_EXCEPTIONS), library_calls():
        await message.ack()
