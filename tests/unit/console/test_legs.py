"""What is said of each leg, from what the booking and Temporal tell."""

import pytest
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo

from console.facts import legs
from saga.legs import Leg
from saga.models import BookingPolicy, LegOutcome, LegStatus


def pending(activity: str, attempt: int, *, begun: bool = True, error: str = "") -> PendingActivityInfo:
    state = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
    waits = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
    info = PendingActivityInfo(attempt=attempt, state=state if begun else waits)
    info.activity_type.name = activity
    info.last_failure.message = error
    return info


def outcome(leg: str, status: LegStatus, attempts: int = 0) -> LegOutcome:
    return LegOutcome(leg=leg, item=f"my-{leg}", status=status, attempts=attempts)


def test_a_booking_that_runs_says_what_goes_on() -> None:
    told = [
        outcome("boat", LegStatus.BOOKED, 1),
        outcome("tent", LegStatus.UNKNOWN, 1),
        outcome("bus", LegStatus.NOT_TRIED),
        outcome("cab", LegStatus.UNKNOWN, 1),
        outcome("guide", LegStatus.REFUSED, 1),
    ]
    under_way = legs.by_activity(
        [
            pending("book_cab", 3, begun=False, error="down"),
            pending("undo_book_guide", 2, error="no way back"),
        ]
    )
    shown = legs.going(told, under_way)
    assert [(one.name, one.state, one.tries, one.error) for one in shown] == [
        ("boat", "booked", 1, ""),
        ("tent", "being booked", 1, ""),
        ("bus", "waiting", 0, ""),
        ("cab", "being booked", 2, "down"),
        ("guide", "being undone", 2, "no way back"),
    ]


def test_a_booking_that_has_ended_says_how() -> None:
    shown = legs.ended(outcome("x", status) for status in LegStatus)
    assert [one.state for one in shown] == [
        "booked",
        "undone",
        "refused",
        "not tried",
        "perhaps booked",
        "still booked",
    ]
    assert {one.state for one in shown} <= set(legs.STATES)


def test_a_booking_that_no_worker_answers_for_says_what_temporal_knows() -> None:
    trip = [
        Leg(name=name, item=name, words=name, attempts=5, policy=BookingPolicy()) for name in ("boat", "tent")
    ]
    under_way = legs.by_activity([pending("book_tent", 1)])
    fresh = legs.planned(trip, {}, begun=False)
    begun = legs.planned(trip, under_way, begun=True)
    assert [one.state for one in fresh] == ["waiting", "waiting"]
    assert [one.state for one in begun] == ["not known", "being booked"]


@pytest.mark.parametrize(
    ("statuses", "under_way", "expected"),
    [
        (["booked", "booked"], "publish_result", True),
        (["booked", "not_tried"], "", False),
        (["booked", "unknown"], "", False),
        (["undo_failed", "not_tried"], "", True),
        (["undo_failed", "not_tried"], "undo_book_0", False),
    ],
)
def test_a_booking_is_asked_how_it_ends_once_it_may_know(
    statuses: list[str], under_way: str, *, expected: bool
) -> None:
    told = [outcome(str(number), LegStatus(status)) for number, status in enumerate(statuses)]
    activities = legs.by_activity([pending(under_way, 1)] if under_way else [])
    assert legs.may_be_over(told, activities) is expected
