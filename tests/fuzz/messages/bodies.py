"""Bodies from a grammar of JSON, with what goes wrong with bodies."""

import gzip
import json
from collections.abc import Callable
from uuid import uuid4

from hypothesis import strategies as st

OWN = uuid4().hex[:12]
"""In the ids and names of this process, so that no booking of another run is met; always equally long."""
LIMIT = 64 * 1024
NUMBERS = st.sampled_from([
    "0", "-0", "1", "5", "100", "101", "-1", "5.0", "1.5", "1e1", "1e999", "-1e999", "1E-400", "0.1", "05",
    "+5", ".5", "5.", "0x5", "NaN", "Infinity", "-Infinity", "9" * 400, "9" * 5000, "1" + "0" * 25,
])  # fmt: skip
TIMES = st.sampled_from([
    "2030-01-31T12:00:00Z", "2001-01-31T12:00:00Z", "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "2030-02-29T00:00:00Z",
    "2032-02-29T00:00:00Z", "2030-01-31T12:00:00", "2030-01-31", "2030-01-31T24:00:00Z", "now", "", "0",
    "2030-01-31T12:00:60Z", "2030-01-31T12:00:00.123456789+05:30", "2030-01-31t12:00:00z",
    "2030-01-31 12:00:00Z", "2030-01-31T12:00:00+24:00", "10000-01-01T00:00:00Z", "2030-01-31T12:00:00-00:00",
    "2262-04-12T00:00:00Z", "1969-12-31T23:59:59Z", "2038-01-19T03:14:08Z",
    "\u0662\u0660\u0663\u0660-01-31T12:00:00Z",
])  # fmt: skip
ODD_TEXTS = st.sampled_from([
    "", " ", "\u3000", "\u200b", "\ud800", "\udfff\ud800", "\x00", "\x1b[2J", "x" * 200, "x" * 201, "ü" * 200,
    "🧳" * 200, "e\u0301", "\u202e", "5", "100", "101", " 5 ", "5.0", "\u0665", "05", "005", "0005",
    "true", "a b", "a\n",
    "\ufeff", "{}", "../", "%s%n", "${x}", "'; drop", "\r\nX: y", "a/b", "\uffff", "\U0010ffff",
])  # fmt: skip
TEXTS = ODD_TEXTS | st.text(st.characters(), max_size=20)
STRINGS = (TEXTS | TIMES).map(json.dumps) | TEXTS.map(lambda text: json.dumps(text, ensure_ascii=False))
SCALARS = st.sampled_from(["null", "true", "false", "nul", "'x'", "undefined"]) | NUMBERS | STRINGS


def object_of(pairs: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"


VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(st.tuples(STRINGS, inner), max_size=3).map(object_of)
    ),
    max_leaves=6,
)
DEEP = st.builds(
    lambda kind, depth: kind[0] * depth + kind[1] * depth,
    st.sampled_from([("[", "]"), ('{"a":', "}"), ("[", "")]),
    st.sampled_from([5, 100, 990, 5000, 12_000, 30_000]),
)
WHOLE = {"name": json.dumps(f"N {OWN}"), "car": '"c"', "hotel": '"h"', "flight": '"f"'}
IDS = st.sampled_from(["", "-1", ".:_-", "x" * 188]).map(lambda text: json.dumps(OWN + text)) | VALUES
FIELDS = {
    "attempts": NUMBERS | STRINGS | VALUES,
    "deadline": TIMES.map(json.dumps) | VALUES,
    "booking_id": IDS,
}


def _request(changes: list[tuple[str, str]], *, repeated: bool = False) -> str:
    named = [(json.dumps(name), value) for name, value in changes]
    kept = [(json.dumps(name), value) for name, value in WHOLE.items()]
    changed = {name for name, _ in named}
    return object_of([pair for pair in kept if repeated or pair[0] not in changed] + named)


def _change(name: str) -> st.SearchStrategy[tuple[str, str]]:
    return st.tuples(st.just(name), FIELDS.get(name, STRINGS | VALUES | DEEP))


CHANGES = st.sampled_from([*WHOLE, *FIELDS, *FIELDS, "more", "", "Name", "\ud800"]).flatmap(_change)
REQUESTS = st.builds(
    _request, st.lists(CHANGES, max_size=3), repeated=st.sampled_from([False, False, False, True])
)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _padded(size: int) -> Callable[[bytes], bytes]:
    return lambda body: body + b" " * (size - len(body))


def _cut(body: bytes, at: float) -> bytes:
    return body[: int(len(body) * at)]


def _changed(body: bytes, at: float, by: bytes) -> bytes:
    place = int(len(body) * at)
    return body[:place] + by + body[place + 1 :]


def _recoded(name: str) -> Callable[[bytes], bytes]:
    return lambda body: body.decode("utf-8", "replace").encode(name, "replace")


MUTATIONS = st.sampled_from([
    *map(_padded, (LIMIT - 1, LIMIT, LIMIT + 1, 3_000_000, 6_000_000)),
    *map(_recoded, ("utf-16", "utf-32-le", "latin-1", "utf-7", "utf-8-sig")),
    gzip.compress,
    lambda body: b"\xef\xbb\xbf" * 2 + body, lambda body: body + body, lambda body: b"\x00" + body,
])  # fmt: skip
PARTS = st.sampled_from(
    [b"", b"\x00", b"\xff", b"\xc3", b'"', b"{", b"}", b",", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"]
)
WELL = REQUESTS.map(_encoded)
PLAIN = st.builds(_request, st.lists(st.sampled_from(sorted(FIELDS)).flatmap(_change), max_size=1)).map(
    _encoded
)
"""What is most often a request that can be booked."""
BODIES = st.one_of(
    WELL,
    WELL,
    WELL,
    st.builds(lambda body, mutation: mutation(body), WELL, MUTATIONS),
    st.builds(_cut, WELL, st.floats(0, 1)),
    st.builds(_changed, WELL, st.floats(0, 0.999), PARTS | st.binary(max_size=3)),
    (VALUES | DEEP).map(_encoded),
    st.binary(max_size=40),
)
