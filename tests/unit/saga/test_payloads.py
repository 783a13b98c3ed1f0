"""What Temporal stores of ours is the SDK's own JSON, both ways; an error about it tells no values."""

from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import DefaultPayloadConverter

from saga.models import (
    Booked,
    BookingOutcome,
    BookingPolicy,
    BookingStatus,
    BookVacationInput,
    LegOutcome,
    LegStatus,
    Reason,
    ReasonCode,
    ReplyCallback,
)
from saga.payloads.payload_converter import PayloadConverter

OURS, THEIRS = PayloadConverter(), DefaultPayloadConverter()
BOOKING = BookVacationInput(
    book_user_id="José",
    book_car_id="c",
    book_hotel_id="h",
    book_flight_id="f",
    deadline=datetime(2030, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    reply=ReplyCallback(activity="publish_result", task_queue="replies", context={"a": None, "b": [1, 2.5]}),
    policy=BookingPolicy(try_timeout=3),
)
OUTCOME = BookingOutcome(
    user_id="José",
    status=BookingStatus.CANCELLED,
    result="Voyage cancelled",
    legs=[LegOutcome(leg="car", item="c", status=LegStatus.UNDONE, reference="r", attempts=2)],
    reason=Reason(code=ReasonCode.REFUSED, message="Invalid", leg="hotel"),
)
VALUES = [BOOKING, OUTCOME, Booked("r", 1), BookingStatus.BOOKED, None, "text", 3, 2.5, {"a": [None]}, b"raw"]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_each_side_reads_what_the_other_wrote(value: Any) -> None:
    kind = type(value)
    assert OURS.from_payloads(THEIRS.to_payloads([value]), [kind]) == [value]
    assert THEIRS.from_payloads(OURS.to_payloads([value]), [kind]) == [value]


def test_what_a_later_version_added_is_passed_over() -> None:
    [payload] = OURS.to_payloads([{"reference": "r", "attempts": 1, "invoice": 7}])
    assert OURS.from_payload(payload, Booked) == Booked("r", 1)


BROKEN = [b'{"reference": 4711, "attempts": "secret"}', b'{"reference": "secret"', b"[4711]"]


@pytest.mark.parametrize("data", BROKEN)
def test_an_error_names_the_field_and_not_the_value(data: bytes) -> None:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=data)
    with pytest.raises(TypeError, match=r"Booked") as error:
        OURS.from_payload(payload, Booked)
    assert "secret" not in str(error.value)
    assert "4711" not in str(error.value)
