"""A file of requests: what is read, everything that is wrong with it, and ids that book it once."""

import json
from typing import Any

import pytest

from publisher.cli.publishing.booking_ids import with_ids
from publisher.cli.publishing.progress import ranges
from publisher.cli.publishing.requests_file import hint, read_requests
from voyage.trips.tutorial import BookingRequest

TRIP = {"name": "N", "car": "c", "hotel": "h", "flight": "f"}
BOM = b"\xef\xbb\xbf"


def content(*trips: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps({**TRIP, **trip}).encode() for trip in trips)


def ids(data: bytes, batch: str = "trips.jsonl") -> list[str | None]:
    lines, mistakes = read_requests(data, BookingRequest)
    assert not mistakes
    return [line.request.booking_id for line in with_ids(lines, batch)]


def complaints(data: bytes) -> list[tuple[int, str]]:
    return [(mistake.number, mistake.text) for mistake in read_requests(data, BookingRequest)[1]]


@pytest.mark.parametrize("data", [BOM + content({}, {}), content({}) + b"\r\n" + BOM + content({}) + b"\n\n"])
def test_a_byte_order_mark_and_any_line_end_are_fine(data: bytes) -> None:
    lines, mistakes = read_requests(data, BookingRequest)
    assert ([line.number for line in lines], mistakes) == ([1, 2], [])


def test_everything_that_is_wrong_with_a_line_is_told() -> None:
    [(number, text)] = complaints(b"\n" + content({"name": "", "attempts": 0, "car": None}))
    assert number == 2
    assert [part.split(":")[0] for part in text.split("; ")] == ["name", "attempts", "car"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b'{"name":"a","name":"b"}', "not JSON in UTF-8: the key 'name' is there more than once"),
        (b'{"name":NaN}', "not JSON in UTF-8: NaN is not a JSON value"),
        (b"\xff", "not JSON in UTF-8: "),
        (b"[" * 100_000, "not JSON: nested too deeply"),
        (b"9" * 5000, "not JSON in UTF-8: "),
        (b"7", "takes a JSON object, not int"),
        (content({"deadline": "9999-12-31T23:59:59-01:00"}), "deadline: "),
        (content({"deadline": "0001-01-01T00:00:00+01:00"}), "deadline: "),
        (content({"name": "\ud800"}), "name: "),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_the_contract_refuses_is_refused(line: bytes, text: str) -> None:
    [(number, told)] = complaints(line)
    assert (number, told[: len(text)]) == (1, text)


def test_one_id_for_two_trips_is_refused_and_a_repeat_is_fine() -> None:
    one, other = {"booking_id": "a"}, {"booking_id": "a", "car": "another"}
    assert complaints(content(one, one)) == []
    [(number, text)] = complaints(content(one, other))
    assert (number, text.startswith("booking_id: line 1 has it too")) == (2, True)


def test_ids_are_the_same_each_time_and_for_whatever_spelling() -> None:
    turned = json.dumps(dict(reversed({**TRIP, "attempts": "5", "insurance": 1}.items()))).encode()
    assert ids(content({})) == ids(content({})) == ids(turned) == ids(b"\n" + BOM + content({}))


def test_a_line_that_is_inserted_changes_no_other_id() -> None:
    before = ids(content({}, {"car": "2"}, {}))
    after = ids(content({"car": "new"}, {}, {"car": "2"}, {}))
    assert after[1:] == before
    assert len(set(after)) == 4  # equal lines are as many trips


def test_another_batch_is_another_booking_and_an_own_id_stays() -> None:
    assert ids(content({})) != ids(content({}), batch="tuesday")
    assert ids(content({"booking_id": "mine"})) == ["mine"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'[{"name": "N"}]', "jq -c '.[]' FILE"),
        (BOM + json.dumps([TRIP, TRIP], indent=2).encode(), "jq -c '.[]' FILE"),
        (json.dumps(TRIP, indent=2).encode(), "jq -c . FILE"),
        ("x".encode("utf-16"), "UTF-8"),
    ],
)
def test_what_is_not_json_lines_gets_a_hint(data: bytes, told: str) -> None:
    assert complaints(data)
    assert told in hint(data)


@pytest.mark.parametrize("data", [b"", b'{"name": 1}', b'{"name": 1}\n{}', b"no", b"[" * 100_000, b"\xff"])
def test_no_hint_where_none_helps(data: bytes) -> None:
    assert hint(data) == ""


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([], "none"), ([7], "line 7"), ([1, 2, 3, 7], "lines 1-3, 7"), (list(range(0, 60, 2)), "lines 0, 2, ")],
)
def test_line_numbers_are_told_in_few_words(numbers: list[int], words: str) -> None:
    assert ranges(numbers).startswith(words)
    assert len(ranges(numbers)) < 150
