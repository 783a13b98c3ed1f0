"""A message in memory: as aio-pika delivers one, as far as a client looks at it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from aio_pika import Message
from aio_pika.exceptions import ChannelInvalidStateError

if TYPE_CHECKING:
    from voyage.testing.memory.queue import Consumer, MemoryQueue


class MemoryMessage:
    """In a queue, or with the consumer to which it was delivered last."""

    def __init__(self, message: Message, queue: "MemoryQueue") -> None:
        self.body: bytes = message.body
        self.headers = dict[str, Any](message.headers)
        self.message_id = message.message_id
        self.correlation_id = message.correlation_id
        self.reply_to = message.reply_to
        self.type = message.type
        self.content_type = message.content_type
        self.content_encoding = message.content_encoding
        self.priority = message.priority
        self.timestamp: datetime | None = message.timestamp
        self.app_id = message.app_id
        self.user_id = message.user_id
        self.expiration = message.expiration
        self.redelivered = False
        self.delivery_tag: int | None = None
        self.queue = queue
        self.holder: Consumer | None = None

    @property
    def channel(self) -> object:
        """The channel on which it can be acked; raises `ChannelInvalidStateError` when that is gone."""
        return self._require_holder()

    async def ack(self, **_: Any) -> None:
        """Take it off its queue; raises as `channel` does."""
        self._require_holder()
        self.queue.settle(self, requeue=False)

    async def nack(self, *, requeue: bool = True, **_: Any) -> None:
        """Return it to its queue, or drop it; raises as `channel` does."""
        self._require_holder()
        self.queue.settle(self, requeue=requeue)

    reject = nack

    def _require_holder(self) -> object:
        if self.holder is None:
            raise ChannelInvalidStateError("It was given back.")
        return self.holder
