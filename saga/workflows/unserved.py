"""Calling activities that not every worker has: each has those of the trip with which it was started."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from saga.activities.unserved import is_unserved, tries_before

_PAUSES = (0.1, 0.2, 0.5, 1, 2, 4, 8, *[10] * 60)
"""Seconds between two calls, ten minutes in all: as long as workers of two versions may run side by side.

The first ones are short, as the next call may come to another worker.
"""


def _never() -> bool:
    return False


def _unnoted(_: int) -> None:
    """Nobody notes it."""


async def until_served(
    start: Callable[[int], Awaitable[Any]],
    is_stopped: Callable[[], bool] = _never,
    lacking: Callable[[int], None] = _unnoted,
) -> Any:
    """The answer of an activity, called again while it comes to workers that lack it.

    `start` is given the tries that were made before. `lacking` is called whenever it came to such a worker,
    with the tries that others made since it was started. Raises `ActivityError` as the activity does; and if
    it is stopped, or no worker takes it for ten minutes.
    """
    tries, pauses = 0, iter(_PAUSES)
    while True:
        try:
            return await start(tries)
        except ActivityError as failure:
            if not is_unserved(failure.cause):
                raise
            made = tries_before(failure.cause)
            tries += made
            lacking(made)
            pause = next(pauses, None)
            text = f"Another worker may have {failure.activity_type}"
            if pause is None or await stopped_within(pause, is_stopped, text):
                raise


async def stopped_within(seconds: float, is_stopped: Callable[[], bool], summary: str) -> bool:
    """Wait for so long, or until it is stopped; whether it is."""
    if not is_stopped():
        with suppress(TimeoutError):
            await workflow.wait_condition(
                is_stopped,
                timeout=timedelta(seconds=seconds),
                timeout_summary=summary,
            )
    return is_stopped()
