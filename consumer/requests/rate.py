"""A rate of which several consumers have a share each, by their number at the moment."""

import time


class SharedRate:
    """A leaky bucket of the whole rate, of which what goes on at one of `n` consumers takes `n`.

    So its level stays what it is when consumers come or go.
    """

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._most = per_second * burst
        self._level = 0.0
        self._leaked_at = time.monotonic()

    def has_room(self, consumers: int) -> bool:
        """Whether one more may go on here; from an empty bucket always."""
        now = time.monotonic()
        self._level = max(self._level - (now - self._leaked_at) * self._per_second, 0.0)
        self._leaked_at = now
        return self._level <= max(self._most - consumers, 0.0)

    def take(self, consumers: int) -> None:
        """Let one more go on here."""
        self._level += consumers
