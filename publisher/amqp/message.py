"""Messages as values: a delivery apart from the channel it came on, and a new message of the contract."""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from uuid import uuid4

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractIncomingMessage
from pamqp import encode

HEADERS_CUT = "x-headers-cut"
_CUT_NOTE = 1000  # bytes
_UNWRITABLE = (TypeError, ValueError, ArithmeticError, RecursionError, struct.error)
# CC and BCC would make RabbitMQ send copies of a copy to other queues; the count belongs to the original.
_NOT_COPIED = frozenset({"CC", "BCC", "x-delivery-count"})


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Body, properties and headers of one message. Acking it is the business of whoever holds the message."""

    body: bytes = field(repr=False)
    message_id: str | None = None
    correlation_id: str | None = None
    reply_to: str | None = None
    type: str | None = None
    content_type: str | None = None
    content_encoding: str | None = None
    priority: int | None = None
    timestamp: datetime | None = None
    app_id: str | None = None
    expiration: float | None = None
    """Seconds that it may wait in its queue. A copy has none."""
    user_id: str | None = None
    """The user who sent it, which RabbitMQ has checked. A copy has none, as another user sends that."""
    headers: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_message(cls, message: AbstractIncomingMessage) -> Self:
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
            expiration=message.expiration if isinstance(message.expiration, float) else None,
            user_id=message.user_id or None,
            headers=dict(message.headers),
        )

    def to_message(self, room: float = math.inf) -> Message:
        """A persistent copy that never expires and is never copied on, with its headers in so many bytes.

        `x-headers-cut` names those that are left out; see `fit_headers`.
        """
        kept = {key: value for key, value in self.headers.items() if key not in _NOT_COPIED}
        return Message(
            self.body,
            headers=fit_headers(kept, room),
            content_type=self.content_type,
            content_encoding=self.content_encoding,
            delivery_mode=DeliveryMode.PERSISTENT,
            priority=self.priority,
            correlation_id=self.correlation_id,
            reply_to=self.reply_to,
            message_id=self.message_id,
            timestamp=self.timestamp,
            type=self.type,
            app_id=self.app_id,
        )


def fit_headers(headers: Mapping[str, Any], room: float = math.inf) -> dict[str, Any]:
    """These headers in `room` bytes of a frame: the largest go, and `x-headers-cut` says which.

    What can be read, but not be written, goes too: pamqp reads floats of eight bytes, and writes four.
    All headers of a message travel in one frame (AMQP 0-9-1, 2.3.5.2); RabbitMQ closes the connection over a
    larger one.
    """
    kept, sizes, cut = dict[str, Any](), dict[str, int](), list[str]()
    for name, value in headers.items():
        try:
            sizes[name] = len(encode.field_table({name: value}))
        except _UNWRITABLE:
            cut.append(f"{name} (can't be written)")
        else:
            kept[name] = value
    excess = sum(sizes.values()) - (room - _CUT_NOTE)
    for name in sorted(sizes, key=sizes.__getitem__, reverse=True):
        if excess <= 0:
            break
        excess -= sizes[name]
        cut.append(f"{name} ({sizes[name]} bytes)")
        del kept[name]
    if not cut:
        return kept
    earlier = [kept[HEADERS_CUT]] if isinstance(kept.get(HEADERS_CUT), str) else []
    note = ", ".join([*earlier, *cut]).encode()[:_CUT_NOTE].decode(errors="ignore")
    return {**kept, HEADERS_CUT: note}


def new_message(
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
