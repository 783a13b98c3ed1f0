"""What can go wrong in the bridge, each with what its caller can do about it."""

from saga.errors import TEMPORAL
from voyage.errors import VoyageError
from voyage.failures import Failure


class InvalidRequestError(VoyageError):
    """A body that can never become a booking; `code` is the contract's. Reject it, never requeue."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class StillWaitingError(VoyageError):
    """A request beyond its owner's quota has been held for long enough: back to its queue with it."""


class TemporalCallError(VoyageError):
    """A call to Temporal failed; `failure` says whether all wait, this message waits, or it is refused."""

    away = TEMPORAL

    def __init__(self, message: str, failure: Failure) -> None:
        super().__init__(message)
        self.failure = failure
