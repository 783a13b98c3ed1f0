"""A queue in memory, and those who consume it by turns, each as much as it may hold."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aio_pika import Message

from voyage.testing.memory.message import MemoryMessage

Take = Callable[[MemoryMessage], Awaitable[object]]


@dataclass(eq=False)
class Consumer:
    """Takes what a queue delivers, in its own event loop; `prefetch` 0 is no limit."""

    take: Take
    prefetch: int
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    held: list[MemoryMessage] = field(default_factory=list)
    _running: set[asyncio.Future[object]] = field(default_factory=set)

    @property
    def has_room(self) -> bool:
        """Whether it may be given one more."""
        return not self.prefetch or len(self.held) < self.prefetch

    def deliver(self, message: MemoryMessage) -> None:
        """Call back for it, soon."""
        message.holder = self
        self.held.append(message)
        with suppress(RuntimeError):  # its loop has ended
            self.loop.call_soon_threadsafe(self._begin, message)

    def _begin(self, message: MemoryMessage) -> None:
        task = asyncio.ensure_future(self.take(message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


class MemoryQueue:
    """First in, first out; what is given back comes first again."""

    def __init__(self) -> None:
        self.ready = deque[MemoryMessage]()
        self._consumers = deque[Consumer]()

    def put(self, message: Message) -> None:
        """Store it, or deliver it at once."""
        self.ready.append(MemoryMessage(message, self))
        self.distribute()

    def consume(self, consumer: Consumer) -> None:
        """Deliver to this one too from here on."""
        self._consumers.append(consumer)
        self.distribute()

    def cancel(self, consumer: Consumer) -> None:
        """Deliver no more to it; what it holds stays with it."""
        with suppress(ValueError):
            self._consumers.remove(consumer)

    def give_back(self, consumer: Consumer) -> None:
        """Take from it what it holds."""
        for message in reversed(consumer.held.copy()):
            self.settle(message, requeue=True)

    def lose_connections(self) -> None:
        """Take from each what it holds; who consumes it goes on when the connection is back."""
        consumers, self._consumers = self._consumers, deque()
        for consumer in consumers:
            self.give_back(consumer)
        self._consumers = consumers

    def settle(self, message: MemoryMessage, *, requeue: bool) -> None:
        """Forget it, or put it back to where it was."""
        if message.holder:
            message.holder.held.remove(message)
            message.holder = None
        if requeue:
            again = MemoryMessage(_copy(message), self)
            again.redelivered = True
            again.headers["x-delivery-count"] = int(message.headers.get("x-delivery-count", 0)) + 1
            self.ready.appendleft(again)
        self.distribute()

    def distribute(self) -> None:
        """Deliver what can be, to one after the other."""
        while self.ready and (taker := next((one for one in self._consumers if one.has_room), None)):
            self._consumers.remove(taker)
            self._consumers.append(taker)
            taker.deliver(self.ready.popleft())


def _copy(message: MemoryMessage) -> Message:
    return Message(
        message.body,
        headers=dict(message.headers),
        content_type=message.content_type,
        correlation_id=message.correlation_id,
        reply_to=message.reply_to,
        message_id=message.message_id,
        timestamp=message.timestamp,
        type=message.type,
        app_id=message.app_id,
        user_id=message.user_id,
    )
