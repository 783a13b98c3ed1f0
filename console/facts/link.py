"""A connection of the console: whether its server is there is asked every second."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime

LOOK_EVERY = 1.0  # seconds


class Link(ABC):
    """Says why its server is away, and since when it is so or there again; it comes back by itself."""

    name: str

    def __init__(self) -> None:
        self.away = f"Connecting to {self.name}."
        self.since = datetime.now(UTC)

    async def watch(self) -> None:
        """Look after the connection for ever."""
        while True:
            away = await self._look()
            if bool(away) != bool(self.away):
                self.since = datetime.now(UTC)
            self.away = away
            await asyncio.sleep(LOOK_EVERY)

    @abstractmethod
    async def _look(self) -> str:
        """Connect if need be; why the server is away, or an empty text."""
