"""Our models in somebody's own application: its OpenAPI page, and what it leaves out of an answer."""

import json
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from publisher import BookingRequest, BookingResult, LegResult, Reason, Status
from publisher.contract.control import CancelRequest, StatusRequest
from voyage import Leg, Trip

MODELS: list[type[BaseModel]] = [
    Trip,
    BookingRequest,
    BookingResult,
    LegResult,
    Reason,
    CancelRequest,
    StatusRequest,
]
LEGS = [LegResult(leg="car", status="booked"), LegResult(leg="hotel", status="booked")]
BOOKED = BookingResult(
    cancelled=False,
    booked={"car": "Car: c", "hotel": "Hotel: h"},
    result="Booked",
    user_id="jane-1",
    booking_id="b",
    status=Status.BOOKED,
    legs=LEGS,
)
CANCELLED = BookingResult(
    cancelled=True,
    result="Voyage cancelled",
    user_id=None,
    booking_id="b",
    status=Status.CANCELLED,
    legs=LEGS,
)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_each_field_says_what_it_is(model: type[BaseModel], mode: Any) -> None:
    schema = model.model_json_schema(mode=mode)
    assert [name for name, field in schema["properties"].items() if not field.get("description")] == []
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_a_leg_says_what_its_mark_says_unless_its_field_says_something() -> None:
    class Ride(Trip):
        jeep: Annotated[str, Leg(help="What to drive.")]

    assert Ride.model_json_schema()["properties"]["jeep"]["description"] == "What to drive."


@pytest.mark.parametrize("result", [BOOKED, CANCELLED], ids=["booked", "cancelled"])
@pytest.mark.parametrize("left_out", ["exclude_none", "exclude_unset", "exclude_defaults", "by_alias"])
def test_a_result_can_be_written_without_what_is_empty(result: BookingResult, left_out: str) -> None:
    how: dict[str, Any] = {left_out: True}
    assert result.model_dump(**how)["status"] == result.status
    assert json.loads(result.model_dump_json(**how)) == result.model_dump(mode="json", **how)


@pytest.mark.parametrize(
    ("how", "keys"),
    [
        ({"include": {"status"}}, ["status"]),
        ({"include": {"car", "status"}}, ["car", "status"]),
        ({"include": {"booked"}}, ["car", "hotel"]),
        ({"exclude": {"booked", "legs", "reason"}}, ["cancelled", "result", "user_id", "booking_id"]),
        ({"exclude": {"car", "cancelled"}}, ["hotel", "result", "user_id", "booking_id"]),
    ],
)
def test_a_booked_leg_is_a_field_that_can_be_left_out_by_name(how: dict[str, Any], keys: list[str]) -> None:
    assert list(BOOKED.model_dump(**how))[: len(keys)] == keys
    assert len(set(BOOKED.model_dump(**how)) & {"car", "hotel"}) == len(set(keys) & {"car", "hotel"})
