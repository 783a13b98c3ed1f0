"""The root of our errors, and those that any process can meet. Each text is one line that says what to do.

Each package has its own branch of this tree, in its own `errors.py`. A command prints the text of any of them
and ends with exit code 2, or 1 for a `NotFoundError` and 3 for a `StuckError`; `voyage.commands.failures` has
all of them.
"""

from typing import Any


class VoyageError(Exception):
    """The root: whatever its type, the text says what is wrong and what to do about it.

    `away`: the server whose absence it comes of, if it does; the log has few lines about one outage.
    """

    away: str | None = None


class SettingsError(VoyageError):
    """A setting can't be used. The text names the variable and says what it takes."""


class UnmetRequirementError(VoyageError):
    """A server lacks what we can't work without. Waiting doesn't help; the text says what to do."""


class NotFoundError(VoyageError):
    """What was named is not there: nothing was done. The text says how to see what is."""


class StuckError(VoyageError):
    """The process does not do its work, waiting does not help, and recovery has failed: start it anew."""


class DevstackError(VoyageError):
    """A server could not be found, fetched or started. The text has the commands to get it, or its log."""


class CommandInterruptedError(VoyageError):
    """Ctrl-C or SIGTERM ended a command. The text says what goes on without it."""


class OutputError(VoyageError):
    """Standard output takes no more: its disk is full, or whoever read it has gone. `failure` says which."""

    def __init__(self, failure: OSError) -> None:
        super().__init__(
            f"can't write to standard output ({failure.strerror}). Make room, or write elsewhere."
        )
        self.failure = failure

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle, which would make it anew from its text."""
        return type(self), (self.failure,)
