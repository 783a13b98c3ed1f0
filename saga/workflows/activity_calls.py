"""The activity calls that book and undo: which activity, how long, how often, under which summary."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from saga.activities.tries import COUNT_TRIES
from saga.legs import Leg, after_tries
from saga.models import BookingInput, BookingPolicy

LOCAL_TIMEOUT = timedelta(seconds=3)
A_MOMENT = 0.001
UNLIMITED = 0
LONGEST_WORDS = 200  # characters; Temporal refuses summaries that are much longer


def book(
    leg: Leg, booking: BookingInput, tries_before: int = 0, *, once: bool = False
) -> workflow.ActivityHandle[Any]:
    """Start booking a leg, with the tries that are left; a cancelled step ends only when its try has ended.

    Its answer is for `Booked.read`: what can't be read would fail the workflow task for ever.
    """
    policy = leg.policy
    return workflow.start_activity(
        leg.book,
        after_tries(booking, leg, tries_before),
        start_to_close_timeout=timedelta(seconds=policy.try_timeout + policy.heartbeat_timeout),
        heartbeat_timeout=timedelta(seconds=policy.heartbeat_timeout),
        retry_policy=retry_policy(policy, 1 if once else max(leg.attempts - tries_before, 1), tries_before),
        # The undo must not start while the booking may still be under way.
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        summary=summary_of("Book", leg),
    )


def cancel(
    leg: Leg,
    booking: workflow.ActivityHandle[Any],
    tried: Callable[[Leg, int], None],
    *,
    replies_locally: bool,
) -> None:
    """Cancel the booking of a leg, after asking how often it was tried: then Temporal forgets that."""
    if booking.done() or not workflow.patched("count-tries"):
        booking.cancel()
        return

    async def count_and_cancel() -> None:
        if replies_locally:  # if the leg ends in this same task, the reply keeps the activity id that it had
            await workflow.sleep(A_MOMENT, summary=f"Before the tries of {leg.name} are counted")
        tried(leg, await _count_tries(leg))
        booking.cancel()

    counting = asyncio.create_task(count_and_cancel())
    booking.add_done_callback(lambda _: counting.cancel())


async def _count_tries(leg: Leg) -> int:
    """The tries of a leg's booking so far; 0 if Temporal can't be asked."""
    try:
        tries: int = await workflow.execute_local_activity(
            COUNT_TRIES,
            leg.book,
            result_type=int,
            schedule_to_close_timeout=LOCAL_TIMEOUT,
            retry_policy=RetryPolicy(maximum_attempts=1),
            summary=f"Count the tries of {leg.name}",
        )
    except FailureError:
        return 0
    return tries


def undo(leg: Leg, booking: BookingInput, tries_before: int = 0) -> workflow.ActivityHandle[Any]:
    """Start undoing a leg; it fails when the undo's tries are used up."""
    policy = leg.policy
    return workflow.start_activity(
        leg.undo,
        after_tries(booking, leg, tries_before),
        start_to_close_timeout=timedelta(seconds=policy.try_timeout + policy.heartbeat_timeout),
        heartbeat_timeout=timedelta(seconds=policy.heartbeat_timeout),
        retry_policy=retry_policy(policy, max(policy.undo_attempts - tries_before, 1), tries_before),
        summary=summary_of("Undo", leg),
    )


def summary_of(verb: str, leg: Leg) -> str:
    """What Temporal's UI says of a call."""
    return f"{verb} {leg.name} {leg.words[:LONGEST_WORDS]}"


def retry_policy(policy: BookingPolicy, attempts: int, tries_before: int = 0) -> RetryPolicy:
    """How patiently to try so often, after so many tries; `UNLIMITED` is for ever."""
    longest = max(policy.retry_interval, policy.retry_interval_limit)
    interval = min(policy.retry_interval * 2 ** min(tries_before, 30), longest)
    return RetryPolicy(
        initial_interval=timedelta(seconds=interval),
        maximum_interval=timedelta(seconds=longest),
        maximum_attempts=attempts,
    )
