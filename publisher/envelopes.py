"""The AMQP message around a body of the contract: persistent, typed, with an id of its own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from aio_pika import DeliveryMode, Message


def envelope(
    body: bytes,
    kind: str,
    *,
    reply_to: str | None = None,
    correlation_id: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Message:
    """A message of the contract's type `kind`; its id is new, as one in flight must be.

    Its timestamp tells the consumer how long it waited.
    """
    return Message(
        body,
        content_type="application/json",
        delivery_mode=DeliveryMode.PERSISTENT,
        type=kind,
        message_id=uuid4().hex,
        timestamp=datetime.now(UTC),
        correlation_id=correlation_id,
        reply_to=reply_to,
        headers=dict(headers or {}),
    )
