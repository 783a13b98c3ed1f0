"""Order among messages that belong together, while all others are handled at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class KeyedOrder:
    """Lets one at a time pass for each key, in the order in which they came."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, key: str | None) -> AsyncIterator[None]:
        """Wait for one's turn; without a key there is nothing to wait for."""
        if key is None:
            yield
            return
        lock = self._locks.setdefault(key, asyncio.Lock())  # FIFO, as asyncio's locks are
        async with lock:
            yield
