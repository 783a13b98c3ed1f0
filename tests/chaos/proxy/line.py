"""How bytes travel: at once, late, slowly, or not at all."""

import asyncio
import math
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from tests.chaos.proxy.protocols import Way

CHUNK = 64 * 1024
SHARES = 10  # a narrow link lets bytes pass in so many portions a second


@dataclass
class Link:
    """What all connections through a proxy share; may be changed while they are open."""

    delay: float = 0.0
    """Seconds each way."""
    rate: float | None = None
    """Bytes a second each way; None: as many as there are."""
    turns: dict[Way, asyncio.Lock] = field(default_factory=lambda: {way: asyncio.Lock() for way in Way})


class Line:
    """One direction of one connection."""

    def __init__(self, way: Way, link: Link, source: StreamReader, sink: StreamWriter) -> None:
        self.way = way
        self.forgotten = False
        """Whether everything that it is to carry is lost, the end of the connection too."""
        self._link, self._source, self._sink = link, source, sink
        self._last = 0.0  # when the last bytes arrive, by the loop's clock

    async def read(self) -> AsyncIterator[bytes]:
        """What comes, until the end; nothing more once the connection is forgotten, nor an end."""
        try:
            while (data := await self._source.read(CHUNK)) and not self.forgotten:
                yield data
        except ConnectionError:
            if not self.forgotten:
                raise
        if self.forgotten:
            await asyncio.get_running_loop().create_future()  # until the proxy closes

    async def write(self, data: bytes) -> None:
        """Send this on its way; returns before it arrives if the link is far, raises `ConnectionError`."""
        if rate := self._link.rate:
            portion = max(1, int(rate / SHARES))
            for start in range(0, len(data), portion):
                part = data[start : start + portion]
                async with self._link.turns[self.way]:
                    await asyncio.sleep(len(part) / rate)
                self._send(part)
        else:
            self._send(data)
        await self._sink.drain()

    async def arrived(self) -> None:
        """Return when all that was sent has arrived."""
        await asyncio.sleep(self._last - asyncio.get_running_loop().time())

    def _send(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        if not self._link.delay and self._last < now:
            self._sink.write(data)
            return
        # Never two at the same time: the loop does not keep their order.
        self._last = max(now + self._link.delay, math.nextafter(self._last, math.inf))
        loop.call_at(self._last, self._sink.write, data)
