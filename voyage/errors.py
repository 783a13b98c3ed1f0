"""The root of our errors, and those that any process can meet. Each text is one line that says what to do.

Each package has its own branch of this tree, in its own `errors.py`. A command prints the text of any of them
and ends with exit code 2, or 3 for a `StuckError`.
"""


class VoyageError(Exception):
    """The root: whatever its type, the text says what is wrong and what to do about it."""


class SettingsError(VoyageError):
    """A setting can't be used. The text names the variable and says what it takes."""


class UnmetRequirementError(VoyageError):
    """A server lacks what we can't work without. Waiting doesn't help; the text says what to do."""


class StuckError(VoyageError):
    """The process does not do its work, waiting does not help, and recovery has failed: start it anew."""


class DevstackError(VoyageError):
    """A server could not be found, fetched or started. The text has the commands to get it, or its log."""
