"""What can go wrong in the saga, each with what its caller can do about it."""

REFUSED = "SupplierRefused"
"""Temporal's error type of a refusal; the workflow tells it from an outage by this name."""


class SagaError(Exception):
    """The root of the saga's own errors."""


class SupplierRefusedError(SagaError):
    """The supplier said no, for good. Its text reaches the client; the leg is not tried again."""


class SupplierUnavailableError(SagaError):
    """The supplier gave no usable answer. The leg is tried again while tries are left."""


class SettingsError(SagaError):
    """A setting can't be used. The text names the variable and says what it takes."""
