"""Calling activities that not every worker has: each has those of the trip with which it was started."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from saga.activities.unserved import is_unserved, tries_before

_PAUSES = (1, 2, 4, 8, *[10] * 60)
"""Seconds between two calls, ten minutes in all: as long as workers of two versions may run side by side."""


def _never() -> bool:
    return False


async def until_served(
    start: Callable[[int], Awaitable[Any]], is_stopped: Callable[[], bool] = _never
) -> Any:
    """The answer of an activity, called again while it comes to workers that lack it.

    `start` is given the tries that were made before. Raises `ActivityError` as the activity does; and if it
    is stopped, or no worker takes it for ten minutes.
    """
    tries = 0
    for pause in _PAUSES:
        try:
            return await start(tries)
        except ActivityError as failure:
            if not is_unserved(failure) or is_stopped():
                raise
            tries += tries_before(failure)
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    is_stopped,
                    timeout=timedelta(seconds=pause),
                    timeout_summary=f"Another worker may have {failure.activity_type}",
                )
            if is_stopped():
                raise
    return await start(tries)
