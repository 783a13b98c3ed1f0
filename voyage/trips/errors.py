"""What can be wrong with a trip."""

from voyage.errors import VoyageError


class DeclarationError(VoyageError):
    """A trip can't be booked as it is declared. The text names the field and says what to write."""


class BooksNothingError(ValueError):
    """Each leg of a request is absent, and one at least must be there."""
