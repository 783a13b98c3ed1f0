"""The deadline of a booking, by which it is booked or undone."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

from saga.models import BookingInput, Reason, ReasonCode

SHORTEST = 0.001  # seconds: a stop of its own task, after that of what it is to stop


def stop_time(booking: BookingInput) -> datetime | None:
    """When a booking that begins now has to stop, to be undone by its deadline."""
    if booking.deadline is None:
        return None
    left = booking.deadline - workflow.now()
    return booking.deadline - min(timedelta(seconds=booking.policy.undo_budget), left / 2)


def _always() -> bool:
    return True


def watch(
    booking: BookingInput, stop: Callable[[Reason], None], task_may_end: Callable[[], bool] = _always
) -> asyncio.Task[None] | None:
    """Stop the booking early enough before its deadline to undo in time; at once if it has passed.

    The server's timer begins with the end of the workflow task that starts it, so that is when it is started.
    """
    deadline = booking.deadline
    if deadline is None:
        return None
    reason = Reason(code=ReasonCode.DEADLINE, message=f"Not booked by {deadline.isoformat()}")
    left = (deadline - workflow.now()).total_seconds()
    if left <= 0:
        stop(reason)
        return None

    async def stop_in_time() -> None:
        until = left - min(booking.policy.undo_budget, left / 2)
        if not task_may_end():
            begun = workflow.now()
            await workflow.wait_condition(task_may_end)
            until = max(until - (workflow.now() - begun).total_seconds(), SHORTEST)
        await workflow.sleep(until, summary=f"Deadline {deadline.isoformat(timespec='seconds')}")
        stop(reason)

    return asyncio.create_task(stop_in_time())
