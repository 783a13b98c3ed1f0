"""AMQP 0-9-1 content headers by hand, for what no client library would write."""

import struct
from collections.abc import Mapping

FRAME_MAX = 131_072
FRAME_ENDS = 8  # bytes of a frame around its payload
BASIC = 60
# In the order of the specification (1.8), which is the order on the wire.
NAMES = (
    "content_type", "content_encoding", "headers", "delivery_mode", "priority", "correlation_id", "reply_to",
    "expiration", "message_id", "timestamp", "type", "user_id", "app_id", "cluster_id",
)  # fmt: skip
HIGHEST_BIT = 15


def short(raw: bytes) -> bytes:
    """A short string of any bytes, cut where its length must end."""
    return bytes([len(raw[:255])]) + raw[:255]


def long(raw: bytes) -> bytes:
    """A long string; also a table or an array, whose length stands before it in the same way."""
    return struct.pack(">I", len(raw)) + raw


def entry(name: bytes, value: bytes) -> bytes:
    """One field of a table; the value has its type before it."""
    return short(name) + value


def nested(depth: int, kind: bytes) -> bytes:
    """Tables in tables, or arrays in arrays."""
    value = b"V"
    for _ in range(depth):
        value = b"F" + long(entry(b"a", value)) if kind == b"F" else b"A" + long(value)
    return value


def header(properties: Mapping[str, bytes], body_size: int, more_flags: int = 0) -> bytes:
    """The payload of a content header frame; each property is encoded already."""
    flags, encoded = more_flags, b""
    for number, name in enumerate(NAMES):
        if name in properties:
            flags |= 1 << (HIGHEST_BIT - number)
            encoded += properties[name]
    return struct.pack(">HHQH", BASIC, 0, body_size, flags) + encoded


def frame(kind: int, channel: int, payload: bytes) -> bytes:
    """A frame of any size."""
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + b"\xce"


def filled(table: bytes, properties: Mapping[str, bytes], size: int) -> bytes:
    """The table with one more field, so that the whole header frame has `size` bytes, if that can be."""
    rest = header({**properties, "headers": long(table + entry(b"fill", b"S" + long(b"")))}, 0)
    missing = size - FRAME_ENDS - len(rest)
    return table + entry(b"fill", b"S" + long(b"f" * missing)) if missing > 0 else table
