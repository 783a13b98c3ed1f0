"""What the peers' supplier has noted: the truth about a booking, whatever its answer says."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Entries = Sequence[str]
"""Of one booking, in the order in which they happened: `car begun`, `car booked`, `hotel refused`, …"""


class Ledger:
    """A file to which every process of a peer appends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def of(self, booking: str) -> Entries:
        """What happened to a booking so far."""
        lines = (line.split(" ", 1) for line in self.path.read_text().splitlines())
        return [entry for of, entry in lines if of == booking]

    async def until(self, booking: str, so: Callable[[Entries], bool], seconds: float) -> Entries:
        """The booking's entries as soon as they are so, or as they are when the time is over."""
        deadline = time.monotonic() + seconds
        while not so(self.of(booking)) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        return self.of(booking)
