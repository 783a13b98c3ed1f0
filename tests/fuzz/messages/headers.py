"""Field tables of every type and size, as bytes."""

import struct

from hypothesis import strategies as st

from tests.fuzz.messages.frames import entry, long, nested

BYTES = st.sampled_from(
    [b"", b" ", b"x" * 300, b"\xff\xfe\x80", b"\xed\xa0\x80", b"\x00", b"x" * 70_000]
) | st.binary(max_size=20)


def _fixed(kind: bytes, size: int) -> st.SearchStrategy[bytes]:
    edges = [b"\x00" * size, b"\xff" * size, b"\x7f" + b"\xff" * (size - 1), b"\x80" + b"\x00" * (size - 1)]
    return (st.sampled_from(edges) | st.binary(min_size=size, max_size=size)).map(lambda raw: kind + raw)


SIZES = {
    b"t": 1,
    b"b": 1,
    b"B": 1,
    b"s": 2,
    b"u": 2,
    b"I": 4,
    b"i": 4,
    b"l": 8,
    b"L": 8,
    b"f": 4,
    b"d": 8,
    b"D": 5,
    b"T": 8,
}
SCALARS = st.one_of(
    *(_fixed(kind, size) for kind, size in SIZES.items()),
    BYTES.map(lambda raw: b"S" + long(raw)),
    BYTES.map(lambda raw: b"x" + long(raw)),
    st.just(b"V"),
    st.builds(nested, st.sampled_from([1, 50, 300, 900, 1100, 5000]), st.sampled_from([b"F", b"A"])),
    st.builds(
        lambda kind, count: b"A" + long(kind * count),
        st.sampled_from([b"f" + b"\x40" * 4, b"b\x05", b"V", b"t\x01"]),
        st.sampled_from([0, 1, 1000, 13_000]),
    ),
)
NAMES = st.sampled_from([
    b"", b"odd", b"odd", b"x" * 128, b"x" * 255, b"\xff\xfe", "ü".encode(), "ü".encode() * 100,
    b"x-delivery-count",
    b"traceparent", b"tracestate", b"x-reason", b"x-error", b"x-first-death-queue", b"x-first-death-reason",
    b"x-headers-cut", b"x-unreadable", b"x-reply-to", b"x-acquired-count", b"x-dead-lettered-at",
])  # fmt: skip


def _table(pairs: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(entry(name, value) for name, value in pairs)


VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: b"A" + long(b"".join(items)))
        | st.lists(st.tuples(NAMES, inner), max_size=4).map(lambda pairs: b"F" + long(_table(pairs)))
    ),
    max_leaves=6,
)
UNKNOWN = st.builds(
    lambda kind, raw: kind + raw, st.sampled_from([b"z", b"\x00", b"N"]), st.binary(max_size=8)
)
TRACES = st.sampled_from([
    b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", b"00-zz",
    b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01",
    b"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", b"x" * 600, "ü".encode() * 40, b"\r\nx: y",
])  # fmt: skip
FIELDS = st.one_of(
    st.tuples(NAMES, VALUES),
    st.tuples(NAMES, VALUES),
    st.tuples(st.just(b"traceparent"), TRACES.map(lambda raw: b"S" + long(raw))),
    st.tuples(NAMES, UNKNOWN),
    st.tuples(st.sampled_from([b"CC", b"BCC"]), st.just(b"A" + long(b"S" + long(b"fuzz.nowhere")))),
)
TABLES = st.lists(FIELDS, max_size=5).map(_table) | st.builds(
    lambda count: b"".join(entry(struct.pack(">I", n).hex().encode(), b"t\x01") for n in range(count)),
    st.sampled_from([1000, 10_000]),
)
DEATH = st.sampled_from([b"reason", b"queue", b"count", b"time", b"exchange", b"odd"])
DEATHS = st.lists(
    st.lists(st.tuples(DEATH, VALUES), max_size=3).map(lambda pairs: b"F" + long(_table(pairs))) | VALUES,
    max_size=2,
).map(lambda items: entry(b"x-death", b"A" + long(b"".join(items))))
