"""The activity calls that reply: by the worker itself, or by whoever serves the subscriber's task queue."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from saga.activities.local_reply import REPLY_LOCALLY
from saga.models import BookingOutcome, BookingPolicy, ReplyCallback
from saga.workflows.activity_calls import LOCAL_TIMEOUT, UNLIMITED, retry_policy

REPLY_TIMEOUT = timedelta(minutes=1)


async def reply(
    subscriber: ReplyCallback,
    outcome: BookingOutcome,
    policy: BookingPolicy,
    *,
    again: bool,
    asked: int,
    recorded: bool = True,
) -> None:
    """Give a subscriber the outcome, or give it `again`, trying for ever; the trip no longer depends on it.

    `asked` is how many times this subscriber has asked for this one reply; `recorded`, whether the server has
    heard of all that the outcome tells.
    """
    summary = f"Reply to the client: {outcome.status.value}"
    ask = _replied_locally if recorded else _replied_here
    if subscriber.local and await ask([subscriber, outcome, again, asked], summary):
        return
    await workflow.execute_activity(
        subscriber.activity,
        args=[outcome, subscriber.context, again],
        task_queue=subscriber.task_queue,
        start_to_close_timeout=REPLY_TIMEOUT,
        heartbeat_timeout=timedelta(seconds=policy.heartbeat_timeout),
        retry_policy=retry_policy(policy, UNLIMITED),
        summary=summary,
    )


async def _replied_locally(args: Sequence[Any], summary: str) -> bool:
    """Whether this worker could give the reply itself, at once."""
    try:
        await workflow.execute_local_activity(
            REPLY_LOCALLY,
            args=args,
            schedule_to_close_timeout=LOCAL_TIMEOUT,
            retry_policy=RetryPolicy(maximum_attempts=1),
            summary=summary,
        )
    except FailureError:
        return False
    return True


async def _replied_here(args: Sequence[Any], summary: str) -> bool:
    """The same, when the server has heard of what this workflow task did; it may come to a like worker."""
    try:
        await workflow.execute_activity(
            REPLY_LOCALLY,
            args=args,
            start_to_close_timeout=LOCAL_TIMEOUT,
            schedule_to_close_timeout=REPLY_TIMEOUT,
            retry_policy=RetryPolicy(maximum_attempts=1),
            summary=summary,
        )
    except FailureError:
        return False
    return True
