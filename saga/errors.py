"""What can go wrong in the saga, each with what its caller can do about it."""

REFUSED = "SupplierRefused"
"""Temporal's error type of a refusal; the workflow tells it from an outage by this name."""
UNAVAILABLE = "SupplierUnavailable"
"""Temporal's error type of an outage whose supplier said when to come back."""


class SagaError(Exception):
    """The root of the saga's own errors."""


class SupplierRefusedError(SagaError):
    """The supplier said no, for good. Its text reaches the client; the leg is not tried again."""


class SupplierUnavailableError(SagaError):
    """The supplier gave no usable answer. The leg is tried again while tries are left.

    `retry_after`: the seconds that the supplier asked to be left in peace, if it did.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TemporalUnreachableError(SagaError):
    """Temporal does not answer. The text says where it was looked for."""


class TemporalRefusedError(SagaError):
    """Temporal is there, and one side doesn't trust the other. A person must mend it; the text says where."""


class UnmetRequirementError(SagaError):
    """A server lacks what we can't work without. Waiting won't help; the text says what to do."""


class DecryptionError(SagaError):
    """What Temporal stores can't be read with our keys. The text names the key; nothing is lost."""


class NotOnListError(SagaError):
    """No booking with this workflow id waits for a person."""

    def __init__(self, booking: str) -> None:
        super().__init__(f"{booking} is not waiting for a person. See: voyage-worker attention list")


class SettingsError(SagaError):
    """A setting can't be used. The text names the variable and says what it takes."""
