"""What Temporal knows of a booking: nothing, that it runs, or how it ended."""

from dataclasses import dataclass

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from consumer.temporal.calls import RPC_TIMEOUT
from saga.models import BookingOutcome
from saga.workflows.booking import BookingWorkflow
from saga.workflows.cancelled_before_request import CancelledBeforeRequestWorkflow
from saga.workflows.history_reader import reconstruct_outcome

FINGERPRINT, USER_ID, OWNER = "fingerprint", "user_id", "owner"
"""Fields of a booking's memo."""
FULL_HISTORY = 200
"""Events after which a booking takes no more callers: each adds four, and a worker may have to replay all."""
_EARLY_CANCEL = CancelledBeforeRequestWorkflow.__name__


@dataclass(frozen=True)
class Missing:
    """No booking has this id, or Temporal's retention has passed since it ended."""


@dataclass(frozen=True)
class Foreign:
    """Another application's workflow has this id; it is neither signalled nor answered for."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """The booking runs, or a cancel holds its id for a request that hasn't come (`is_early_cancel`).

    One that `is_full` takes no more callers itself.
    """

    fingerprint: str | None
    user_id: str | None
    is_early_cancel: bool
    is_full: bool


@dataclass(frozen=True, kw_only=True)
class Closed:
    """The booking has ended; without an outcome, it is a cancel whose request never came."""

    fingerprint: str | None
    is_early_cancel: bool
    outcome: BookingOutcome | None


async def look_up(client: Client, workflow_id: str) -> Missing | Foreign | Running | Closed:
    """Ask Temporal; raises `RPCError` when it can't be asked."""
    handle = client.get_workflow_handle(workflow_id, result_type=BookingOutcome)
    try:
        found = await handle.describe(rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Missing()
        raise
    fingerprint: str | None = await found.memo_value(FINGERPRINT, None)
    if found.workflow_type not in {BookingWorkflow.__name__, _EARLY_CANCEL}:
        return Foreign()
    is_early_cancel = found.workflow_type == _EARLY_CANCEL
    if found.status is WorkflowExecutionStatus.RUNNING:
        return Running(
            fingerprint=fingerprint,
            user_id=await found.memo_value(USER_ID, None),
            is_early_cancel=is_early_cancel,
            is_full=found.history_length >= FULL_HISTORY,
        )
    outcome = await outcome_of(client, found)
    return Closed(fingerprint=fingerprint, outcome=outcome, is_early_cancel=is_early_cancel)


async def outcome_of(client: Client, found: WorkflowExecution) -> BookingOutcome | None:
    """How a booking ended; None for a cancel whose request never came. Raises `RPCError`."""
    handle = client.get_workflow_handle(found.id, run_id=found.run_id, result_type=BookingOutcome)
    if found.status is WorkflowExecutionStatus.COMPLETED:
        outcome: BookingOutcome | None = await handle.result(rpc_timeout=RPC_TIMEOUT)
        return outcome
    if found.workflow_type == _EARLY_CANCEL:
        return None
    how = found.status.name.lower().replace("_", " ") if found.status else "stopped"
    history = await handle.fetch_history(rpc_timeout=RPC_TIMEOUT)
    return await reconstruct_outcome(history, client.data_converter, how)
