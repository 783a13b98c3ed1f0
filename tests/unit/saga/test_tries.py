"""How many tries a failure tells of."""

from typing import Any

import pytest
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    CancelledError,
    FailureError,
    RetryState,
    TimeoutError,  # noqa: A004 -- Temporal's is the one that is meant
    TimeoutType,
)

from saga.activities.tries import tries_made


def silence(*heartbeat: Any) -> TimeoutError:
    return TimeoutError("silent", type=TimeoutType.HEARTBEAT, last_heartbeat_details=heartbeat)


@pytest.mark.parametrize(
    ("cause", "state", "tries"),
    [
        (ApplicationError("no", 3), RetryState.NON_RETRYABLE_FAILURE, 3),
        (ApplicationError("down", 4), RetryState.CANCEL_REQUESTED, 4),
        (ApplicationError("of an earlier worker"), RetryState.CANCEL_REQUESTED, 1),
        (ApplicationError("down", 4), RetryState.MAXIMUM_ATTEMPTS_REACHED, 9),
        (silence("waiting for the supplier", 5), RetryState.CANCEL_REQUESTED, 5),
        (silence("try 2 of 9 failed: no"), RetryState.CANCEL_REQUESTED, 1),
        (silence(), RetryState.TIMEOUT, 1),
        (CancelledError("between tries", "ACTIVITY_ID_NOT_STARTED"), RetryState.CANCEL_REQUESTED, 1),
    ],
)
def test_the_last_try_or_its_heartbeat_tells_its_number(
    cause: FailureError, state: RetryState, tries: int
) -> None:
    failure = ActivityError(
        "failed",
        scheduled_event_id=1,
        started_event_id=2,
        identity="",
        activity_type="book_car",
        activity_id="1",
        retry_state=state,
    )
    failure.__cause__ = cause
    assert tries_made(failure, permitted=9) == tries
