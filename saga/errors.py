"""What can go wrong in the saga, each with what its caller can do about it.

- `VoyageError`
  - `SupplierError`: one call to a supplier did not book or undo
  - `TemporalConnectionError`: Temporal can't be used as it is
  - `DecryptionError`, `NotListedError`
"""

from voyage.errors import NotFoundError, VoyageError

REFUSED = "SupplierRefused"
"""Temporal's error type of a refusal; the workflow tells it from an outage by this name."""
UNAVAILABLE = "SupplierUnavailable"
"""Temporal's error type of every other failed try."""

TEMPORAL = "Temporal"
"""As the log names it while it is away."""


class SupplierError(VoyageError):
    """A call to a supplier failed; whether for good says its kind."""


class SupplierRefusedError(SupplierError):
    """The supplier said no, for good. Its text reaches the client; the leg is not tried again."""


class SupplierUnavailableError(SupplierError):
    """The supplier gave no usable answer. The leg is tried again while tries are left.

    `retry_after`: the seconds that the supplier asked to be left in peace, if it did.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TemporalConnectionError(VoyageError):
    """Temporal can't be used. Its kind says whether waiting helps."""


class TemporalUnreachableError(TemporalConnectionError):
    """Temporal does not answer. The text says where it was looked for."""

    away = TEMPORAL


class TemporalRefusedError(TemporalConnectionError):
    """Temporal is there, and one side doesn't trust the other. A person must fix it; the text says where."""


class TemporalCallError(TemporalConnectionError):
    """Temporal was asked for something and did not do it. The text is the server's."""


class DecryptionError(VoyageError):
    """What Temporal stores can't be read with our keys. The text names the key; nothing is lost."""


class NotListedError(NotFoundError):
    """No booking with this id, its own or its workflow's, waits for a person."""

    def __init__(self, booking: str) -> None:
        super().__init__(
            f"{booking} is not waiting for a person; nothing was done. See: voyage-worker attention list"
        )
