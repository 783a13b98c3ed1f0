"""The two workflows behind answers for stopped bookings; what they do is in `stopped_bookings.py`."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

FIND, ANSWER = "find_stopped_bookings", "answer_stopped_booking"
VISIBILITY_DELAY = timedelta(minutes=2)  # how late a closed workflow may show up in Temporal's list
FIRST_LOOK_BACK = timedelta(days=30)
_STEP = timedelta(minutes=1)
_WALK = timedelta(hours=1)  # of one attempt at a look; the next goes on where it was
_SILENCE = timedelta(seconds=45)  # between two signs of life; a refused start is tried for half of it
_RUN = timedelta(hours=1)
_MOST_EVENTS = 5_000  # of a run's history
LONGEST_RUN = _RUN + 2 * _WALK
_PATIENT = RetryPolicy(maximum_interval=timedelta(seconds=30))


@dataclass(frozen=True)
class Reconciliation:
    """Look for bookings of a task queue that were stopped since then (RFC 3339)."""

    task_queue: str
    since: str


@workflow.defn
class ReconciliationWorkflow:
    """Looks for stopped bookings for an hour; its result tells the next run where to begin."""

    @workflow.run
    async def run(self, task_queue: str, interval: float = 0.0) -> str:
        """Return the time, RFC 3339, from which the next run has to look.

        `interval`: seconds between two looks; 0 for a single one.
        """
        ends = workflow.now() + _RUN
        since = (workflow.now() - FIRST_LOOK_BACK).isoformat()
        if workflow.has_last_completion_result():
            since = workflow.get_last_completion_result(str) or since
        while True:
            since = await self._look(task_queue, since)
            is_long = workflow.info().get_current_history_length() >= _MOST_EVENTS
            if not interval or is_long or workflow.now() >= ends:
                return since
            await workflow.sleep(interval)

    async def _look(self, task_queue: str, since: str) -> str:
        now = workflow.now()
        await workflow.execute_activity(
            FIND,
            Reconciliation(task_queue, since),
            start_to_close_timeout=_WALK,
            heartbeat_timeout=_SILENCE,
            retry_policy=_PATIENT,
            summary="Look for stopped bookings",
        )
        return (now - VISIBILITY_DELAY).isoformat()


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
