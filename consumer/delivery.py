"""A delivery as a value: what a message says, apart from the channel it came on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from aio_pika.abc import AbstractIncomingMessage


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Body, properties and headers of one message. Acking it is the business of whoever holds the message."""

    body: bytes
    message_id: str | None = None
    correlation_id: str | None = None
    reply_to: str | None = None
    type: str | None = None
    content_type: str | None = None
    content_encoding: str | None = None
    priority: int | None = None
    timestamp: datetime | None = None
    app_id: str | None = None
    headers: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, message: AbstractIncomingMessage) -> Self:
        """Take the value out of a message as aio-pika delivers it."""
        return cls(
            body=message.body,
            message_id=message.message_id or None,
            correlation_id=message.correlation_id or None,
            reply_to=message.reply_to or None,
            type=message.type or None,
            content_type=message.content_type,
            content_encoding=message.content_encoding,
            priority=message.priority,
            timestamp=message.timestamp,
            app_id=message.app_id,
            headers=dict(message.headers),
        )
