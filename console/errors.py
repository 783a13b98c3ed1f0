"""What can go wrong in the console, in words for whoever looks at it."""

from aiormq.exceptions import AMQPError
from temporalio.service import RPCError

from publisher.cli.failures import explain
from saga.temporal.connection import rpc_failure
from voyage.errors import VoyageError


class AwayError(VoyageError):
    """A server is away. The text says which and why; it is asked again by itself."""


class ActionError(VoyageError):
    """What a person asked for was not done. The text says why."""


KNOWN = (VoyageError, RPCError, AMQPError, OSError, TimeoutError)
"""What an answer can fail with that is no bug of ours."""


BUG = "This is a bug of ours; the console's log says more."


def in_words(error: BaseException) -> str:
    """One sentence about one of these."""
    if isinstance(error, RPCError):
        return rpc_failure(error)
    if isinstance(error, TimeoutError) and not str(error):
        return "There was no answer in time."
    return explain(error) or str(error) or type(error).__name__
