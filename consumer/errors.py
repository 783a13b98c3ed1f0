"""What can go wrong in the bridge, each with what its caller can do about it."""

from voyage.errors import VoyageError


class InvalidRequestError(VoyageError):
    """A body that can never become a booking; `code` is the contract's. Reject it, never requeue."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class TemporalUnavailableError(VoyageError):
    """Temporal could not be asked, or did not say. Keep the message and try again."""
