"""The circuit breaker between one queue and Temporal: when to stop taking messages, and when to go on."""

from collections.abc import Callable


class CircuitBreaker:
    """Open after `threshold` failed calls in a row; while it is open, one message at a time probes."""

    def __init__(self, threshold: int, on_open: Callable[[Exception], None]) -> None:
        self._threshold = threshold
        self._on_open = on_open
        self._failures = 0
        self.is_open = False

    def failed(self, failure: Exception) -> None:
        """Count a failed call, which may open the circuit."""
        self._failures += 1
        if not self.is_open and self._failures >= self._threshold:
            self.is_open = True
            self._on_open(failure)

    def succeeded(self) -> None:
        """Count a call that worked. An open circuit stays open until it is closed."""
        self._failures = 0

    def close(self) -> None:
        """A probe has worked: go on."""
        self._failures = 0
        self.is_open = False
