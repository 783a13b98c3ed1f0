"""A broker in memory: queues by name, and the two ways in which it can fail a client."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from aio_pika import Message
from aio_pika.exceptions import ChannelNotFoundEntity, PublishError
from aiormq import spec

from voyage.testing.memory.gate import Gate
from voyage.testing.memory.queue import MemoryQueue

Tap = Callable[[Message], None]


class MemoryBroker:
    """Routes each message to the queue of its name, or to whoever has tapped that."""

    def __init__(self, queues: Iterable[str]) -> None:
        self.queues = {name: MemoryQueue() for name in queues}
        self.taps = dict[str, Tap]()
        self.there = Gate()
        """Shut: it can't be reached, and nothing is sent."""
        self.answering = Gate()
        """Shut: it takes what is sent, and confirms nothing."""

    async def reached(self) -> None:
        """Return when it answers."""
        await self.there.passed()
        await self.answering.passed()

    def go_away(self) -> None:
        """Lose every connection."""
        self.there.shut()
        for queue in self.queues.values():
            queue.lose_connections()

    def come_back(self) -> None:
        """Answer again."""
        self.there.open()
        self.answering.open()
        for queue in self.queues.values():
            queue.distribute()

    def queue(self, name: str) -> MemoryQueue:
        """The queue of this name; raises what aio-pika raises if it isn't there."""
        try:
            return self.queues[name]
        except KeyError:
            raise ChannelNotFoundEntity(f"NOT_FOUND - no queue '{name}' in vhost '/'") from None

    def route(self, message: Message, name: str) -> None:
        """Hand it on; raises `PublishError` if there is no such queue."""
        if tap := self.taps.get(name):
            tap(message)
        elif name in self.queues:
            self.queues[name].put(message)
        else:
            raise PublishError(cast("Any", None), spec.Basic.Return(312, "NO_ROUTE", "", name))
