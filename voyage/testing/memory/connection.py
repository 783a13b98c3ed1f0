"""A client's connection to a broker in memory, by aio-pika's names, as far as a client uses them."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from aio_pika import Message
from aiormq.exceptions import ChannelInvalidStateError

from voyage.testing.memory.broker import MemoryBroker
from voyage.testing.memory.queue import Consumer, MemoryQueue, Take

_LINK = SimpleNamespace(
    connection=SimpleNamespace(connection_tune=SimpleNamespace(frame_max=131_072)),
    closing=SimpleNamespace(add_done_callback=lambda _: None),
    on_consumer_cancel_callbacks=set[object](),
    consumers=(),
)


class MemoryConnection:
    """Has channels; closing it gives back what they hold."""

    has_others = False

    def __init__(self, broker: MemoryBroker) -> None:
        self.broker = broker
        self.connected = SimpleNamespace(is_set=lambda: broker.there.is_open)
        self._channels = list[MemoryChannel]()

    async def ready(self) -> None:
        """Return when the broker answers."""
        await self.broker.reached()

    async def channel(self, **_: Any) -> "MemoryChannel":
        """A channel, as soon as the broker answers."""
        await self.ready()
        channel = MemoryChannel(self.broker)
        self._channels.append(channel)
        return channel

    async def close(self) -> None:
        """End its channels."""
        for channel in self._channels:
            channel.end()


class MemoryChannel:
    """Publishes to the default exchange, and consumes."""

    is_closed = False

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self._consumers = dict[str, tuple[MemoryQueue, Consumer]]()
        self._prefetch = 0
        self.default_exchange = self

    async def ready(self) -> None:
        """Return when what is published is sent."""
        await self._broker.there.passed()

    async def set_qos(self, prefetch_count: int = 0, **_: Any) -> None:
        """Hold at most so many that are not acked, for each consumer."""
        self._prefetch = prefetch_count

    async def get_underlay_channel(self) -> SimpleNamespace:
        """What tells the size of a frame, and when it ends; it never does by itself."""
        return _LINK

    async def publish(self, message: Message, routing_key: str, **_: Any) -> None:
        """Return when it is confirmed; raises `PublishError` if no queue takes it."""
        await self._broker.reached()
        self._broker.route(message, routing_key)

    async def get_queue(self, name: str, *, ensure: bool = True) -> "QueueOfChannel":
        """The queue of this name; raises `ChannelNotFoundEntity` if it isn't there."""
        await self._broker.reached()
        if ensure:
            self._broker.queue(name)
        return QueueOfChannel(name, self)

    async def declare_queue(self, name: str, **_: Any) -> "QueueOfChannel":
        """Make it, or take it as it is."""
        await self._broker.reached()
        self._broker.queues.setdefault(name, MemoryQueue())
        return QueueOfChannel(name, self)

    async def queue_delete(self, name: str) -> None:
        """See `delete`."""
        self.delete(name)

    async def close(self, *_: Any) -> None:
        """Give back what is not acked."""
        self.end()

    def end(self) -> None:
        """The same, at once."""
        self.is_closed = True
        for queue, consumer in self._consumers.values():
            queue.cancel(consumer)
            queue.give_back(consumer)
        self._consumers.clear()

    def consume(self, name: str, take: Take) -> str:
        """Deliver to `take` from here on; the tag by which that can be ended."""
        if self.is_closed:
            raise ChannelInvalidStateError("The channel is closed.")
        tag, queue, consumer = uuid4().hex, self._broker.queue(name), Consumer(take, self._prefetch)
        self._consumers[tag] = queue, consumer
        queue.consume(consumer)
        return tag

    def cancel(self, tag: str) -> None:
        """Deliver no more; what was delivered can still be acked."""
        if tag in self._consumers:
            queue, consumer = self._consumers[tag]
            queue.cancel(consumer)

    def delete(self, name: str) -> None:
        """Forget a queue with all that is in it."""
        self._broker.queues.pop(name, None)


class QueueOfChannel:
    """A queue as a channel has it."""

    def __init__(self, name: str, channel: MemoryChannel) -> None:
        self.name = name
        self._channel = channel

    async def consume(self, callback: Take, **_: Any) -> str:
        """See `MemoryChannel.consume`."""
        return self._channel.consume(self.name, callback)

    async def cancel(self, consumer_tag: str, **_: Any) -> None:
        """See `MemoryChannel.cancel`."""
        self._channel.cancel(consumer_tag)

    async def bind(self, *_: Any, **__: Any) -> None:
        """The default exchange reaches each queue by its name."""

    async def delete(self, **_: Any) -> None:
        """See `MemoryChannel.delete`."""
        self._channel.delete(self.name)
