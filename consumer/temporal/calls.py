"""Calls to Temporal's server: how long they may take, and what their failure means."""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import Enum, auto

from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from consumer.errors import TemporalCallError
from consumer.failures import TEMPORAL
from voyage.failures import Failure
from voyage.runtime.awaiting import library_calls

RPC_TIMEOUT = timedelta(seconds=10)
QUERY_TIMEOUT = timedelta(seconds=2)
"""A worker answers a query within milliseconds, or there is none; whoever asked us doesn't wait for ever."""
_SIGNAL_LIMIT = "limit for signal events"  # the server's words; the status is that of any invalid argument


@contextmanager
def temporal_calls() -> Iterator[None]:
    """Turn a failed call into a `TemporalCallError` that says whom it concerns.

    A call that ran out of time is ambiguous, but everything we ask may be asked again.
    """
    try:
        with library_calls():
            yield
    except RPCError as error:
        raise TemporalCallError(f"{error.status.name}: {error.message}", TEMPORAL[error.status]) from error
    except ConnectionAbortedError as error:
        raise TemporalCallError(f"Temporal: {error}", Failure.AWAY) from error


async def started(start: Awaitable[object]) -> bool:
    """Whether a workflow was started; False if its id is taken."""
    try:
        await start
    except WorkflowAlreadyStartedError:
        return False
    return True


class Signal(Enum):
    """What became of a signal."""

    TAKEN = auto()
    ENDED = auto()
    """Its workflow has ended, or there was none."""
    FULL = auto()
    """Temporal takes a limited number of signals for a workflow, and this one had them all."""


async def signalled(signal: Awaitable[object]) -> Signal:
    """Send a signal, or Temporal's own cancel, and say what became of it."""
    try:
        await signal
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Signal.ENDED
        if error.status is RPCStatusCode.INVALID_ARGUMENT and _SIGNAL_LIMIT in error.message:
            return Signal.FULL
        raise
    return Signal.TAKEN
