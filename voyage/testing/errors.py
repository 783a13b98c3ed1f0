"""What can go wrong with a test's Voyage itself."""

from voyage.errors import VoyageError


class HarnessError(VoyageError):
    """Something that a test waits for did not come, or can't come. The text says what, and what to do."""
