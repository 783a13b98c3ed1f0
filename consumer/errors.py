"""What can go wrong in the bridge, each with what its caller can do about it."""


class ConsumerError(Exception):
    """The root of the bridge's own errors."""


class InvalidRequestError(ConsumerError):
    """A body that can never become a booking; `code` is the contract's. Reject it, never requeue."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class TemporalUnavailableError(ConsumerError):
    """Temporal could not be asked, or did not say. Keep the message and try again."""
