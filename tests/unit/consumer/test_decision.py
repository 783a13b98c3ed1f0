"""The decision function: what starts which booking, and any bytes at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.requests.decision import Reject, Start, decide
from publisher import BookingRequest
from publisher.amqp.message import Delivery
from publisher.contract.identity import fingerprint
from tests.unit.consumer.deciding import SETTINGS, VALID, request, started


def test_a_valid_request_starts_its_booking() -> None:
    start = started(decide(request(), SETTINGS))

    assert start.booking_id == "m-1"
    assert start.workflow_id == "booking-m-1"
    assert start.request.attempts == 5
    assert start.reply_address.reply_to == "booking.results"
    assert start.reply_address.correlation_id == "corr"


def test_the_booking_id_wins_over_the_message_id() -> None:
    assert started(decide(request(booking_id="b-1"), SETTINGS)).workflow_id == "booking-b-1"


def test_without_any_id_the_same_message_is_the_same_booking() -> None:
    body = json.dumps(VALID).encode()
    ids = [
        started(decide(Delivery(body=body, correlation_id=corr), SETTINGS)).workflow_id
        for corr in ("x", "x", "y")
    ]

    assert ids[0] == ids[1] != ids[2]


def test_an_id_with_other_characters_is_hashed_into_the_alphabet() -> None:
    delivery = Delivery(body=json.dumps(VALID).encode(), message_id="für/alle 1")
    start = started(decide(delivery, SETTINGS))

    assert start.booking_id == "für/alle 1"
    assert start.workflow_id.removeprefix("booking-").isalnum()


def test_the_user_id_is_the_same_for_a_repeat() -> None:
    first, second = (started(decide(request(name="John van Doe"), SETTINGS)).user_id for _ in range(2))

    assert first == second
    assert first.startswith("john-van-doe-")
    assert len(first.rpartition("-")[2]) == 6


@pytest.mark.parametrize("attempts", [1, 100, "5", "100", None])
def test_attempts_that_are_accepted(attempts: object) -> None:
    assert started(decide(request(attempts=attempts), SETTINGS)).request.attempts in {1, 5, 100}


def test_the_same_fields_have_the_same_fingerprint_whatever_their_bytes() -> None:
    noon = request(deadline="2030-01-31T12:00:00Z", attempts=5)
    same = request(deadline="2030-01-31T13:00:00+01:00", attempts="5", unknown="ignored", booking_id="m-1")
    other = request(car="another")
    prints = [started(decide(delivery, SETTINGS)).fingerprint for delivery in (noon, same, other)]

    assert prints[0] == prints[1] != prints[2]


def test_a_byte_order_mark_is_no_reason_to_reject() -> None:
    started(decide(Delivery(body=b"\xef\xbb\xbf" + json.dumps(VALID).encode()), SETTINGS))


@pytest.mark.parametrize(
    "reply_to",
    ["booking.results", "booking.results.mine", "amq.gen-4mR3X_-q", "amq.rabbitmq.reply-to.g1h2AA5yZX+/=="],
)
def test_reply_to_that_is_allowed(reply_to: str) -> None:
    delivery = Delivery(body=json.dumps(VALID).encode(), reply_to=reply_to)

    assert started(decide(delivery, SETTINGS)).reply_address.reply_to == reply_to


text_or_none = st.none() | st.text()
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*VALID, "attempts", "deadline"]), inner),
)


@given(
    body=st.binary() | json_values.map(lambda value: json.dumps(value).encode()),
    message_id=text_or_none,
    correlation_id=text_or_none,
    reply_to=text_or_none,
    kind=text_or_none,
    headers=st.dictionaries(st.text(), st.text() | st.integers() | st.binary()),
)
def test_any_bytes_and_any_properties_give_exactly_one_decision(
    body: bytes,
    message_id: str | None,
    correlation_id: str | None,
    reply_to: str | None,
    kind: str | None,
    headers: dict[str, Any],
) -> None:
    delivery = Delivery(
        body=body,
        message_id=message_id or None,
        correlation_id=correlation_id or None,
        reply_to=reply_to or None,
        type=kind or None,
        headers=headers,
    )

    assert isinstance(decide(delivery, SETTINGS), Start | Reject)


def test_fingerprints_stay_the_same_from_version_to_version() -> None:
    """Bookings that run during an upgrade carry the fingerprint of the version that started them."""
    plain = started(decide(request(), SETTINGS))
    full = started(decide(request(attempts=3, deadline="2030-01-31T13:00:00+01:00", name="Zoë"), SETTINGS))

    assert plain.fingerprint == "c9fc8a751fd3e495e0ca0a3ee4f63338cea7ef3824f52544ba4c1cb617ac7998"
    assert full.fingerprint == "e7f12cf4b24374197e7b8c55458121c94924b6c07c81085bbf2bee11b5ec49f6"


SAYS_NOTHING = [{"attempts": 5}, {"attempts": "5"}, {"deadline": None}, {"booking_id": "b"}, {"new": 1}]


@pytest.mark.parametrize("same", SAYS_NOTHING)
def test_what_says_nothing_new_does_not_change_the_fingerprint(same: dict[str, Any]) -> None:
    plain, more = (started(decide(request(**fields), SETTINGS)) for fields in ({}, same))
    assert more.fingerprint == plain.fingerprint


def test_a_model_with_one_more_optional_field_gives_the_same_fingerprint() -> None:
    class Newer(BookingRequest):
        insurance: str | None = None

    assert fingerprint(Newer(**VALID)) == fingerprint(BookingRequest(**VALID))
