"""A booking that no worker answers for: which of its legs waits, by what Temporal has recorded of it."""

from collections.abc import Sequence

from temporalio.api.enums.v1 import PendingWorkflowTaskState
from temporalio.client import Client, WorkflowExecutionDescription

from consumer.temporal.calls import RPC_TIMEOUT
from publisher.contract.answers import UNDER_WAY
from saga.legs import book_activity, undo_activity
from saga.models import BookingOutcome, LegOutcome, LegStatus
from saga.workflows.history_reader import reconstruct_outcome

HELD = PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED
"""A worker is at it, as while it makes first tries; a query waits for it."""
WAITS = "waits for a worker, and none answers. Start voyage-worker, or see: voyage-worker doctor"


async def without_a_worker(client: Client, workflow_id: str) -> tuple[list[LegOutcome], str]:
    """Its legs so far, and a text about what it waits for; raises `RPCError`."""
    handle = client.get_workflow_handle(workflow_id, result_type=BookingOutcome)
    history = await handle.fetch_history(rpc_timeout=RPC_TIMEOUT)
    legs = (await reconstruct_outcome(history, client.data_converter, "running")).legs
    found = await handle.describe(rpc_timeout=RPC_TIMEOUT)
    if found.raw_description.pending_workflow_task.state == HELD:
        return legs, UNDER_WAY
    leg = _waiting(legs, found)
    return legs, f"{UNDER_WAY}; {f'its {leg}' if leg else 'it'} {WAITS}"


def _waiting(legs: Sequence[LegOutcome], found: WorkflowExecutionDescription) -> str | None:
    """The leg that a worker would see to next; None if it can't be known, as of legs that are undone."""
    pending = {one.activity_type.name for one in found.raw_description.pending_activities}
    for leg in legs:
        if pending & {book_activity(leg.leg), undo_activity(leg.leg)}:
            return leg.leg
    if any(leg.error for leg in legs):
        return None
    open_legs = (leg.leg for leg in legs if leg.status in {LegStatus.UNKNOWN, LegStatus.NOT_TRIED})
    return next(open_legs, None)
