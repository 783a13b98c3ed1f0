"""The circuit breaker between one queue and Temporal: when to stop taking messages, and when to go on."""


class CircuitBreaker:
    """Open after `threshold` failed calls in a row; while it is open, one message at a time probes."""

    def __init__(self, threshold: int) -> None:
        self._threshold = threshold
        self._failures = 0
        self.is_open = False

    def failed(self) -> bool:
        """Count a failed call; whether it opens the circuit."""
        self._failures += 1
        opens = not self.is_open and self._failures >= self._threshold
        self.is_open = self.is_open or opens
        return opens

    def succeeded(self) -> None:
        """Count a call that worked. An open circuit stays open until it is closed."""
        self._failures = 0

    def close(self) -> None:
        """A probe has worked: go on."""
        self._failures = 0
        self.is_open = False
