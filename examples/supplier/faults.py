"""How the supplier misbehaves: as an item's own name asks for, at a rate, or by being down for a while."""

import random
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_ASKED = re.compile(r"(undo-)?fault=([a-z]+)(?:\*(\d+))?")
_FLAKY_TRIES = 2


class Fault(StrEnum):
    """What can go wrong with one call."""

    REFUSE = "refuse"
    """409: a final no."""
    ERROR = "error"
    """500, and nothing was done."""
    DOWN = "down"
    """503 with `Retry-After`, and nothing was done."""
    SLOW = "slow"
    """Done, but only after a while."""
    LOST = "lost"
    """Done, but the connection breaks before the answer."""
    TWICE = "twice"
    """Done, and answered twice on the same connection."""


@dataclass
class Faults:
    """Decides about each call. Counts and rates are in memory: a restarted supplier has forgotten them."""

    rates: dict[Fault, float] = field(default_factory=dict[Fault, float])
    slowness: float = 5.0
    chance: random.Random = field(default_factory=random.Random)
    _calls: Counter[str] = field(default_factory=Counter[str])
    _down_until: float = 0.0
    _down_for: str = ""

    def be_down(self, seconds: float, items: str = "") -> None:
        """Answer 503 for so long, to calls about items that contain `items`."""
        self._down_until, self._down_for = time.monotonic() + seconds, items

    def set_rates(self, rates: Mapping[str, float]) -> None:
        """From now on, each of these faults hits a call with the given probability; `{}` ends it."""
        self.rates = {Fault(kind): rate for kind, rate in rates.items()}

    def down_for(self, item: str) -> float:
        """For how many more seconds calls about this item are answered 503."""
        return max(self._down_until - time.monotonic(), 0.0) if self._down_for in item else 0.0

    def of(self, operation: str, key: str, item: str) -> Fault | None:
        """What goes wrong with this call, `book` or `undo`."""
        call = f"{operation} {key}"
        self._calls[call] += 1
        if self.down_for(item):
            return Fault.DOWN
        for undo, kind, times in _ASKED.findall(item):
            if bool(undo) == (operation == "undo") and (not times or self._calls[call] <= int(times)):
                return Fault(kind)
        if operation == "book" and "fault=" not in item and (word := self._by_word(item, self._calls[call])):
            return word
        return next((kind for kind, rate in self.rates.items() if self.chance.random() < rate), None)

    @staticmethod
    def _by_word(item: str, tries: int) -> Fault | None:
        """The words of the simulated suppliers, so that the tutorial's trips go the same way here."""
        words = {"invalid": Fault.REFUSE, "down": Fault.DOWN, "slow": Fault.SLOW}
        if "flaky" in item and tries <= _FLAKY_TRIES:
            return Fault.ERROR
        return next((fault for word, fault in words.items() if word in item), None)
