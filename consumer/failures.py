"""Whom a failed call to Temporal belongs to, by its status."""

from temporalio.service import RPCStatusCode

from voyage.failures import Failure

TEMPORAL = {
    RPCStatusCode.CANCELLED: Failure.AWAY,  # the SDK's word for a call that ran out of time
    RPCStatusCode.UNKNOWN: Failure.BUSY,
    RPCStatusCode.INVALID_ARGUMENT: Failure.REFUSED,
    RPCStatusCode.DEADLINE_EXCEEDED: Failure.AWAY,
    RPCStatusCode.NOT_FOUND: Failure.AWAY,  # the namespace; a missing workflow is an answer, not a failure
    RPCStatusCode.ALREADY_EXISTS: Failure.BUSY,
    RPCStatusCode.PERMISSION_DENIED: Failure.AWAY,
    RPCStatusCode.RESOURCE_EXHAUSTED: Failure.LIMITED,
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
