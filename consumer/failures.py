"""Whom a failure belongs to: a server, so that everybody waits; or one message, so that others go on.

docs/delivery-guarantees.md has the same table for people; a test holds the two together.
"""

from enum import StrEnum

from temporalio.service import RPCStatusCode


class Failure(StrEnum):
    """What a failure asks for."""

    AWAY = "away"
    """A server can't be used by anybody: pause, probe, go on."""
    BUSY = "busy"
    """The server may do it later: this message waits by itself with a growing pause, bounded in number."""
    REFUSED = "refused"
    """The server will never do it: this message gets an answer and a dead letter."""


TEMPORAL = {
    RPCStatusCode.CANCELLED: Failure.AWAY,  # the SDK's word for a call that ran out of time
    RPCStatusCode.UNKNOWN: Failure.BUSY,
    RPCStatusCode.INVALID_ARGUMENT: Failure.REFUSED,
    RPCStatusCode.DEADLINE_EXCEEDED: Failure.AWAY,
    RPCStatusCode.NOT_FOUND: Failure.AWAY,  # the namespace; a missing workflow is an answer, not a failure
    RPCStatusCode.ALREADY_EXISTS: Failure.BUSY,
    RPCStatusCode.PERMISSION_DENIED: Failure.AWAY,
    RPCStatusCode.RESOURCE_EXHAUSTED: Failure.AWAY,
    RPCStatusCode.FAILED_PRECONDITION: Failure.BUSY,
    RPCStatusCode.ABORTED: Failure.BUSY,
    RPCStatusCode.OUT_OF_RANGE: Failure.REFUSED,
    RPCStatusCode.UNIMPLEMENTED: Failure.AWAY,
    RPCStatusCode.INTERNAL: Failure.BUSY,
    RPCStatusCode.UNAVAILABLE: Failure.AWAY,
    RPCStatusCode.DATA_LOSS: Failure.BUSY,
    RPCStatusCode.UNAUTHENTICATED: Failure.AWAY,
}
"""Every status with which a call can fail, by gRPC's own list of status codes."""
