"""The two workflows behind answers for stopped bookings; what they do is in `stopped_bookings.py`."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

FIND, ANSWER = "find_stopped_bookings", "answer_stopped_booking"
VISIBILITY_DELAY = timedelta(minutes=2)  # how late a closed workflow may show up in Temporal's list
FIRST_LOOK_BACK = timedelta(days=30)
_STEP = timedelta(minutes=1)
_WALK = timedelta(hours=1)  # of one look; another attempt goes on where it was
_SILENCE = timedelta(seconds=45)  # after which a killed consumer's looks go on at another
_RUN = timedelta(hours=1)
LONGEST_RUN = _RUN + 2 * _WALK
_PATIENT = RetryPolicy(maximum_interval=timedelta(seconds=30))


@dataclass(frozen=True)
class Reconciliation:
    """Look for bookings of a task queue that were stopped since then, every `interval` seconds.

    `since` and `until`, after which no look begins, are times of Temporal's clock, RFC 3339.
    """

    task_queue: str
    since: str
    until: str
    interval: float


@workflow.defn
class ReconciliationWorkflow:
    """Looks for stopped bookings for an hour; its result tells the next run where to begin."""

    @workflow.run
    async def run(self, task_queue: str, interval: float = 0.0) -> str:
        """Return the time, RFC 3339, from which the next run has to look.

        `interval`: seconds between two looks; 0 for a single one.
        """
        until = workflow.now() + _RUN if interval else workflow.now()
        since = (workflow.now() - FIRST_LOOK_BACK).isoformat()
        if workflow.has_last_completion_result():
            since = workflow.get_last_completion_result(str) or since
        next_since: str = await workflow.execute_activity(
            FIND,
            Reconciliation(task_queue, since, until.isoformat(), interval),
            result_type=str,
            start_to_close_timeout=_RUN + _WALK,
            heartbeat_timeout=_SILENCE,
            retry_policy=_PATIENT,
            summary="Look for stopped bookings",
        )
        return next_since


@workflow.defn
class AnswerStoppedBookingWorkflow:
    """Answers everybody who waits for a stopped booking; its id admits one run per booking."""

    @workflow.run
    async def run(self, workflow_id: str) -> None:
        """Try until the answer is out."""
        await workflow.execute_activity(
            ANSWER,
            workflow_id,
            start_to_close_timeout=_STEP,
            retry_policy=_PATIENT,
            summary="Answer the client: stopped",
        )
