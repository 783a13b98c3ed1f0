"""How many tries of a leg have been made: its failure tells, or Temporal while the activity is pending."""

from temporalio import activity, exceptions
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.exceptions import ActivityError, ApplicationError, RetryState

COUNT_TRIES = "count_tries"
_UNDER_WAY = {
    PendingActivityState.PENDING_ACTIVITY_STATE_STARTED,
    PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED,
    PendingActivityState.PENDING_ACTIVITY_STATE_PAUSE_REQUESTED,
}


@activity.defn(name=COUNT_TRIES)
async def count_tries(activity_type: str) -> int:
    """The tries made of this booking's pending activity, one under way included; 0 if none is pending."""
    info = activity.info()
    booking = activity.client().get_workflow_handle(info.workflow_id or "", run_id=info.workflow_run_id)
    for pending in (await booking.describe()).raw_description.pending_activities:
        if pending.activity_type.name == activity_type:
            return pending.attempt if pending.state in _UNDER_WAY else pending.attempt - 1
    return 0


def tries_made(failure: ActivityError, permitted: int) -> int:
    """The tries behind a failure, as far as it knows: the last try tells its number, or its heartbeat did."""
    if failure.retry_state is RetryState.MAXIMUM_ATTEMPTS_REACHED:
        return permitted
    cause = failure.cause
    if isinstance(cause, ApplicationError):
        numbers = cause.details
    elif isinstance(cause, exceptions.TimeoutError):
        numbers = cause.last_heartbeat_details
    else:
        numbers = ()
    return max((number for number in numbers if isinstance(number, int)), default=1)
