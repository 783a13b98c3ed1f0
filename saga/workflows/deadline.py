"""The deadline of a booking, by which it is booked or undone."""

import asyncio
from collections.abc import Callable

from temporalio import workflow

from saga.models import BookingInput, Reason, ReasonCode


def watch(booking: BookingInput, stop: Callable[[Reason], None]) -> asyncio.Task[None] | None:
    """Stop the booking early enough before its deadline to undo in time; at once if it has passed."""
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
        await workflow.sleep(until, summary=f"Deadline {deadline.isoformat(timespec='seconds')}")
        stop(reason)

    return asyncio.create_task(stop_in_time())
