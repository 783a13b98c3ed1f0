"""The activity calls of a booking: which activity, how long, how often, under which summary."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from saga.activities.local_reply import REPLY_LOCALLY
from saga.legs import Leg
from saga.models import Booked, BookingOutcome, BookingPolicy, BookVacationInput, ReplyCallback

UNLIMITED = 0
REPLY_TIMEOUT = timedelta(minutes=1)
LOCAL_REPLY_TIMEOUT = timedelta(seconds=3)


def book(leg: Leg, booking: BookVacationInput) -> workflow.ActivityHandle[Booked]:
    """Start booking a leg; a cancelled step ends only when its running try has ended."""
    policy = booking.policy
    return workflow.start_activity(
        leg.book,
        booking,
        result_type=Booked,
        start_to_close_timeout=timedelta(seconds=policy.try_timeout + policy.heartbeat_timeout),
        heartbeat_timeout=timedelta(seconds=policy.heartbeat_timeout),
        retry_policy=_retry_policy(policy, booking.attempts),
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
        retry_policy=_retry_policy(policy, policy.undo_attempts),
        summary=f"Undo {leg.name} {leg.item(booking)}",
    )


async def reply(
    subscriber: ReplyCallback, outcome: BookingOutcome, policy: BookingPolicy, *, again: bool, asked: int
) -> None:
    """Give a subscriber the outcome, or give it `again`, trying for ever; the trip no longer depends on it.

    `asked` is how many times this subscriber has asked for this one reply.
    """
    summary = f"Reply to the client: {outcome.status.value}"
    if subscriber.local and await _replied_locally(subscriber, outcome, summary, again=again, asked=asked):
        return
    await workflow.execute_activity(
        subscriber.activity,
        args=[outcome, subscriber.context, again],
        task_queue=subscriber.task_queue,
        start_to_close_timeout=REPLY_TIMEOUT,
        heartbeat_timeout=timedelta(seconds=policy.heartbeat_timeout),
        retry_policy=_retry_policy(policy, UNLIMITED),
        summary=summary,
    )


async def _replied_locally(
    subscriber: ReplyCallback, outcome: BookingOutcome, summary: str, *, again: bool, asked: int
) -> bool:
    """Whether this worker could give the reply itself, at once."""
    try:
        await workflow.execute_local_activity(
            REPLY_LOCALLY,
            args=[subscriber, outcome, again, asked],
            schedule_to_close_timeout=LOCAL_REPLY_TIMEOUT,
            retry_policy=RetryPolicy(maximum_attempts=1),
            summary=summary,
        )
    except FailureError:
        return False
    return True


def _retry_policy(policy: BookingPolicy, attempts: int) -> RetryPolicy:
    return RetryPolicy(
        initial_interval=timedelta(seconds=policy.retry_interval),
        maximum_interval=timedelta(seconds=max(policy.retry_interval, policy.retry_interval_limit)),
        maximum_attempts=attempts,
    )
