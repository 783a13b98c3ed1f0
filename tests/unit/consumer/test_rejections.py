"""The decision function: what is rejected, with which code and text."""

import json
import time

import pytest

from consumer.requests.decision import decide
from publisher.amqp.message import Delivery
from tests.unit.consumer.deciding import SETTINGS, VALID, rejected, request


@pytest.mark.parametrize("attempts", [0, -1, 101, 1.5, 5.0, True, "", " 5 ", "5.0", "-1", "\u0665", [], {}])
def test_attempts_that_are_not(attempts: object) -> None:
    reject = rejected(decide(request(attempts=attempts), SETTINGS))

    assert reject.code == "invalid"
    assert "attempts" in reject.message


@pytest.mark.parametrize("field", ["name", "car", "hotel", "flight"])
@pytest.mark.parametrize("value", ["", "  \t", "x" * 201, 7, None, ["x"]])
def test_a_wrong_text_is_rejected_by_name(field: str, value: object) -> None:
    reject = rejected(decide(request(**{field: value}), SETTINGS))

    assert reject.code == "invalid"
    assert field in reject.message


@pytest.mark.parametrize("deadline", ["2030-01-31", "2030-01-31T12:00:00", "soon", 1_900_000_000, "19000000"])
def test_a_deadline_without_offset_or_that_is_no_time_is_rejected(deadline: object) -> None:
    assert "deadline" in rejected(decide(request(deadline=deadline), SETTINGS)).message


@pytest.mark.parametrize("booking_id", ["", "a b", "x" * 201, "ü", "a\n", 5])
def test_a_booking_id_outside_the_alphabet_is_rejected(booking_id: object) -> None:
    assert "booking_id" in rejected(decide(request(booking_id=booking_id), SETTINGS)).message


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        (b"", "invalid", "not JSON"),
        (b"{", "invalid", "not JSON"),
        (b"\xff\xfe", "invalid", "not JSON"),
        (b"[1]", "invalid", "object"),
        (b"null", "invalid", "object"),
        (b'{"name": NaN}', "invalid", "NaN"),
        (b'{"car": "a", "car": "b"}', "invalid", "more than once"),
        (b"[" * 100_000, "too_large", "65536"),
        (b"[" * 60_000, "invalid", "nested too deeply"),
        (b'{"attempts": ' + b"9" * 5000 + b"}", "invalid", "a whole number has more than 4300 digits"),
        (b"x" * (64 * 1024 + 1), "too_large", "65536"),
    ],
)
def test_a_body_that_is_no_request(body: bytes, code: str, says: str) -> None:
    reject = rejected(decide(Delivery(body=body), SETTINGS))

    assert reject.code == code
    assert says in reject.message


@pytest.mark.parametrize("deadline", ["9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"])
def test_a_deadline_that_is_no_time_in_utc_is_rejected(deadline: str) -> None:
    reject = rejected(decide(request(deadline=deadline), SETTINGS))

    assert (reject.code, reject.message[:9]) == ("invalid", "deadline:")


def test_looking_for_repeated_keys_takes_no_longer_than_the_body_is_long() -> None:
    def seconds(keys: int) -> float:
        names = [f"k{number}" for number in range(keys)]
        body = "{" + ",".join(f'"{name}":1' for name in [*names, names[-1]]) + "}"
        delivery, begun = Delivery(body=body.encode()), time.process_time()
        assert "more than once" in rejected(decide(delivery, SETTINGS)).message
        return time.process_time() - begun

    small, large = (min(seconds(keys) for _ in range(20)) for keys in (500, 4000))
    assert large / small < 24  # 8 if it grows with the body, 64 if with its square


def test_an_unknown_type_is_rejected() -> None:
    delivery = Delivery(body=json.dumps(VALID).encode(), type="booking.somethingelse")

    assert "type" in rejected(decide(delivery, SETTINGS)).message


@pytest.mark.parametrize(
    "reply_to",
    [
        "somebodys.queue",
        "booking.requests",
        "booking.control",
        "booking.results.parked",
        "booking.requests.dead",
        "booking.resultsx",
        "booking.results.mine|exchange",
        "amq.gen-x y",
        "amq.gen-x\n",
        "x" * 300,
    ],
)
def test_reply_to_that_is_not_allowed_hears_nothing(reply_to: str) -> None:
    delivery = Delivery(body=b"not even json", reply_to=reply_to)
    reject = rejected(decide(delivery, SETTINGS))

    assert reject.code == "reply_to_not_allowed"
    assert reject.reply_address is None
