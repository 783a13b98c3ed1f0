"""Async streams, stepped by a thread that has no event loop."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterable
from contextlib import suppress
from enum import Enum
from typing import Protocol, TypeVar

from publisher.errors import ClientClosedError, ForeignLoopError
from publisher.loop_thread import LoopThread

T = TypeVar("T")
R = TypeVar("R")
T_co = TypeVar("T_co", covariant=True)


class End(Enum):
    """After the last one."""

    END = "there are no more"


class Wanted(Enum):
    """Between others."""

    WANTED = "one more is wanted"


class Stream(Protocol[T_co]):
    """What can be iterated, and closed."""

    def __anext__(self) -> Awaitable[T_co]:
        """The next one."""

    def aclose(self) -> Awaitable[None]:
        """End it."""


def each(thread: LoopThread, stream: Stream[T]) -> Generator[T, None, None]:
    """What comes; the stream ends with the generator."""
    try:
        while not isinstance(item := thread.call(lambda _: _next(stream)), End):
            yield item
    finally:
        with suppress(ClientClosedError, ForeignLoopError):
            thread.call(lambda _: stream.aclose())


def each_of(
    thread: LoopThread, requests: Iterable[R], answers: Callable[[AsyncIterator[R]], Stream[T]]
) -> Generator[T, None, None]:
    """The answers to requests, which the calling thread itself takes from their source as they are wanted.

    So the source may be one that belongs to its thread, such as a cursor of a database.
    """
    source, handed = iter(requests), Handed[R]()
    for step in each(thread, handed.steps(answers(handed))):
        if isinstance(step, Wanted):
            thread.call(handed.handing(next(source, End.END)))
        else:
            yield step


class Handed(AsyncIterator[R]):
    """What another thread hands over, when it is told that one is wanted."""

    def __init__(self) -> None:
        self._wanted = asyncio.Event()
        self._given = asyncio.Queue[R | End]()

    async def __anext__(self) -> R:
        self._wanted.set()
        given = await self._given.get()
        if isinstance(given, End):
            raise StopAsyncIteration
        return given

    def handing(self, one: R | End) -> Callable[[object], Awaitable[None]]:
        """Gives what was wanted, in the event loop."""
        return lambda _: self._given.put(one)

    async def steps(self, stream: Stream[T]) -> AsyncGenerator[T | Wanted, None]:
        """What comes of a stream that reads from here, and a mark each time that it wants one more."""
        coming: asyncio.Task[T | End] | None = None
        try:
            while True:
                coming = coming or asyncio.create_task(_next(stream))
                wanted = asyncio.create_task(self._wanted.wait())
                await asyncio.wait({coming, wanted}, return_when=asyncio.FIRST_COMPLETED)
                wanted.cancel()
                if coming.done():
                    item, coming = coming.result(), None
                    if isinstance(item, End):
                        return
                    yield item
                else:
                    self._wanted.clear()
                    yield Wanted.WANTED
        finally:
            if coming:
                coming.cancel()
                await asyncio.wait({coming})
            await stream.aclose()


async def _next(stream: Stream[T]) -> T | End:
    try:
        return await stream.__anext__()
    except StopAsyncIteration:
        return End.END
