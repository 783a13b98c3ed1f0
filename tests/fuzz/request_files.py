"""Any file is read without an exception, and what is read of it has the same ids each time."""

import json

from hypothesis import strategies as st

from publisher import BookingRequest
from publisher.cli.publishing.booking_ids import with_ids
from publisher.cli.publishing.requests_file import hint, read_requests
from tests.fuzz.hunting import Target, each
from tests.fuzz.texts import TEXTS

FIELDS = tuple(BookingRequest.model_fields)
ODD = st.sampled_from(
    [
        True,
        1.5,
        "5",
        "9999-12-31T23:59:59-01:00",
        "0001-01-01T00:00:00+01:00",
        "2030-01-31T12:00:00Z",
        10**400,
    ]
)
VALUES = st.recursive(
    st.none() | st.integers() | st.floats() | TEXTS | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
WHOLE = {"name": "N", "car": "c", "hotel": "h", "flight": "f"}
OBJECTS = st.dictionaries(st.sampled_from(FIELDS) | TEXTS, VALUES, max_size=4).map(
    lambda more: {**WHOLE, **more}
)
LINES = (
    OBJECTS.map(json.dumps).map(str.encode) | VALUES.map(json.dumps).map(str.encode) | st.binary(max_size=50)
)
REPEATED = st.tuples(LINES, LINES).map(lambda two: two[0][:-1] + b"," + two[1][1:])
MARKS = st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"[", b" ", b"\n"])
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n", b","])
FILES = st.builds(
    lambda mark, lines, end: mark + end.join(lines), MARKS, st.lists(LINES | REPEATED, max_size=5), ENDS
)


def check(content: bytes) -> None:
    """Read it twice."""
    lines, mistakes = read_requests(content, BookingRequest)
    ids = [line.request.booking_id for line in with_ids(lines, "f")]

    assert all(ids)
    assert [
        line.request.booking_id for line in with_ids(read_requests(content, BookingRequest)[0], "f")
    ] == ids
    assert all(mistake.text and "\n" not in mistake.text[:1] for mistake in mistakes)
    for line in lines:
        assert BookingRequest.model_validate_json(line.request.to_body()) == line.request
    assert isinstance(hint(content), str)


TARGET = Target("files", FILES, each(check, "files"), examples=150)
