"""Answers that are on their way to the callers of a booking, as Temporal has them."""

from collections.abc import Iterable

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo

from consumer.reply_address import PUBLISH_RESULT

_STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED


def answers_under_way(pending: Iterable[PendingActivityInfo]) -> tuple[str, ...]:
    """A line about each: that it is being sent, waits for a consumer, or could not be sent yet, and why."""
    return tuple(_in_words(one) for one in pending if one.activity_type.name == PUBLISH_RESULT)


def _in_words(one: PendingActivityInfo) -> str:
    if message := one.last_failure.message:
        return f"An answer could not be sent yet, after {one.attempt - 1} tries: {message}"
    return "An answer is being sent." if one.state == _STARTED else "An answer waits for a voyage-consumer."
