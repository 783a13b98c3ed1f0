"""The steps of a booking as Temporal sees them: which activity, how long, how often, under which summary."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from saga.legs import Leg
from saga.local_answers import ANSWER_HERE
from saga.models import Booked, BookingOutcome, BookingPolicy, BookVacationInput, ReplyCallback

FOR_EVER = 0
ANSWER_TIMEOUT = timedelta(minutes=1)
LOCAL_ANSWER_TIMEOUT = timedelta(seconds=3)


def book(leg: Leg, booking: BookVacationInput) -> workflow.ActivityHandle[Booked]:
    """Start booking a leg; a cancelled step ends only when its running try has ended."""
    policy = booking.policy
    return workflow.start_activity(
        leg.book,
        booking,
        result_type=Booked,
        start_to_close_timeout=timedelta(seconds=policy.try_timeout + policy.heartbeat_timeout),
        heartbeat_timeout=timedelta(seconds=policy.heartbeat_timeout),
        retry_policy=_retries(policy, booking.attempts),
        # The undo must not start while the booking may still be under way.
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        summary=f"Book {leg.name} {leg.item(booking)}",
    )


async def undo(leg: Leg, booking: BookVacationInput) -> None:
    """Undo a leg; raises `ActivityError` when the undo's tries are used up."""
    policy = booking.policy
    await workflow.execute_activity(
        leg.undo,
        booking,
        start_to_close_timeout=timedelta(seconds=policy.try_timeout + policy.heartbeat_timeout),
        heartbeat_timeout=timedelta(seconds=policy.heartbeat_timeout),
        retry_policy=_retries(policy, policy.undo_attempts),
        summary=f"Undo {leg.name} {leg.item(booking)}",
    )


async def answer(
    caller: ReplyCallback, outcome: BookingOutcome, policy: BookingPolicy, *, again: bool, asked: int
) -> None:
    """Give a caller the outcome, or give it `again`, trying for ever; the trip no longer depends on it.

    `asked` is how many times this caller has asked for this one answer.
    """
    summary = f"Answer the client: {outcome.status.value}"
    if caller.local and await _answered_here(caller, outcome, summary, again=again, asked=asked):
        return
    await workflow.execute_activity(
        caller.activity,
        args=[outcome, caller.context, again],
        task_queue=caller.task_queue,
        start_to_close_timeout=ANSWER_TIMEOUT,
        heartbeat_timeout=timedelta(seconds=policy.heartbeat_timeout),
        retry_policy=_retries(policy, FOR_EVER),
        summary=summary,
    )


async def _answered_here(
    caller: ReplyCallback, outcome: BookingOutcome, summary: str, *, again: bool, asked: int
) -> bool:
    """Whether this worker could give the answer itself, at once."""
    try:
        await workflow.execute_local_activity(
            ANSWER_HERE,
            args=[caller, outcome, again, asked],
            schedule_to_close_timeout=LOCAL_ANSWER_TIMEOUT,
            retry_policy=RetryPolicy(maximum_attempts=1),
            summary=summary,
        )
    except FailureError:
        return False
    return True


def _retries(policy: BookingPolicy, attempts: int) -> RetryPolicy:
    return RetryPolicy(
        initial_interval=timedelta(seconds=policy.retry_interval),
        maximum_interval=timedelta(seconds=max(policy.retry_interval, policy.retry_interval_limit)),
        maximum_attempts=attempts,
    )
