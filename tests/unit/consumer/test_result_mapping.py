"""The result message, key by key as the contract shows it."""

import json
from typing import Any

from consumer.replies.result_mapping import result_of
from publisher.contract.answers import rejection
from publisher.contract.result import BookingResult
from saga.models import BookingOutcome, BookingStatus, LegOutcome, LegStatus, Reason, ReasonCode


def body(result: BookingResult) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(result.to_body())
    return data


def outcome(status: BookingStatus, reason: Reason | None = None) -> BookingOutcome:
    booked = LegStatus.BOOKED if status is BookingStatus.BOOKED else LegStatus.UNDONE
    legs = [
        LegOutcome(leg=leg, item=f"{leg}-id", status=booked, attempts=1) for leg in ("car", "hotel", "flight")
    ]
    result = "Voyage cancelled" if reason else "Booked car: car-id and so on"
    return BookingOutcome(user_id="john-1", status=status, result=result, legs=legs, reason=reason)


def test_a_success_has_the_tutorials_six_keys_first() -> None:
    wire = body(result_of(outcome(BookingStatus.BOOKED), "b"))

    assert list(wire)[:6] == ["cancelled", "car", "hotel", "flight", "result", "user_id"]
    assert (wire["cancelled"], wire["car"], wire["status"]) == (False, "Car: car-id", "booked")
    assert list(wire)[6:] == ["booking_id", "status", "duplicate", "revision", "legs", "reason"]


def test_a_cancellation_has_the_tutorials_three_keys_first_and_no_legs_by_name() -> None:
    reason = Reason(code=ReasonCode.REFUSED, leg="hotel", message="no")
    wire = body(result_of(outcome(BookingStatus.CANCELLED, reason), "b"))

    assert list(wire)[:3] == ["cancelled", "result", "user_id"]
    assert (wire["cancelled"], wire["result"]) == (True, "Voyage cancelled")
    assert not {"car", "hotel", "flight"} & set(wire)
    assert wire["reason"] == {"code": "refused", "leg": "hotel", "message": "no"}


def test_a_failure_is_a_trip_that_did_not_take_place() -> None:
    reason = Reason(code=ReasonCode.REFUSED, leg="hotel", message="no")
    wire = body(result_of(outcome(BookingStatus.FAILED, reason), "b"))

    assert (wire["cancelled"], wire["result"], wire["status"]) == (True, "Voyage cancelled", "failed")


def test_a_failure_says_first_what_is_still_booked() -> None:
    failed, unknown, booked = LegStatus.UNDO_FAILED, LegStatus.UNKNOWN, LegStatus.BOOKED
    ended = BookingOutcome(
        user_id="john-1",
        status=BookingStatus.FAILED,
        result="Voyage cancelled",
        legs=[
            LegOutcome(leg="car", item="van", status=failed, reference="C1"),
            LegOutcome(leg="bus", item="red", status=failed),
            LegOutcome(leg="hotel", item="inn", status=unknown, reference="H1"),
            LegOutcome(leg="boat", item="raft", status=booked, reference="B1"),
            LegOutcome(leg="tent", item="big", status=LegStatus.UNDONE, reference="T1"),
            LegOutcome(leg="flight", item="AB12", status=LegStatus.REFUSED),
        ],
        reason=Reason(code=ReasonCode.REFUSED, leg="flight", message="Full."),
    )

    told = body(result_of(ended, "b"))["reason"]
    assert (told["code"], told["leg"]) == ("refused", "flight")
    assert told["message"] == (
        "car van is still booked (reference C1): its undo failed. "
        "bus red may still be booked: its undo failed. "
        "hotel inn may be booked (reference H1). "
        "boat raft is still booked (reference B1). Full."
    )


def test_a_re_sent_result_differs_in_duplicate_alone() -> None:
    first, second = (body(result_of(outcome(BookingStatus.BOOKED), "b", duplicate=d)) for d in (False, True))

    assert {key for key in first if first[key] != second[key]} == {"duplicate"}


def test_a_rejection_has_nulls_for_what_is_not_known() -> None:
    wire = body(rejection("invalid", "car: must be given", None))

    assert wire == {
        "cancelled": True,
        "result": "Voyage cancelled",
        "user_id": None,
        "booking_id": None,
        "status": "rejected",
        "duplicate": False,
        "revision": 1,
        "legs": [],
        "reason": {"code": "invalid", "leg": None, "message": "car: must be given"},
    }
