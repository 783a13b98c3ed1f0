r"""Reading messages whose properties aio-pika's decoder can't: one such message must not cost the connection.

pamqp, which decodes frames for aio-pika, raises on ids that are not UTF-8 and on timestamps out of range;
aio-pika then drops the connection, gets the message again, and drops it again, until the delivery limit.
Here its table of decoders gets entries that don't raise. Bytes that are no UTF-8 become escapes (`\xff`), a
timestamp out of range becomes none, and headers that can't be read at all are kept raw under one name. Text
of a header that is no UTF-8 stays bytes, of the type that pamqp can also write. A header that announces more
flags than there are properties is read as RabbitMQ does, which passes it on.
"""

import hashlib
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from pamqp import decode
from pamqp.header import ContentHeader

UNREADABLE = "x-unreadable"
MAX_SHORT_STRING = 255  # bytes (AMQP 0-9-1, 4.2.5.3)
Decoder = Callable[[bytes], tuple[int, Any]]
_is_tolerant: ContextVar[bool] = ContextVar("voyage_tolerant_decoding", default=False)


@contextmanager
def tolerant_decoding() -> Iterator[None]:
    """Connections opened in this block read any message; other connections of the application don't change.

    A connection's tasks inherit the block's context, which is how the decoders know whom they work for.
    """
    _install()
    before = _is_tolerant.set(True)
    try:
        yield
    finally:
        _is_tolerant.reset(before)


@cache
def _install() -> None:
    for name, otherwise in (("shortstr", _escaped_string), ("timestamp", _no_time), ("table", _raw_table)):
        decode.METHODS[name] = _or(decode.METHODS[name], otherwise)
    decode.TABLE_MAPPING[b"T"] = decode.METHODS["timestamp"]
    decode.TABLE_MAPPING[b"S"] = _writable(decode.TABLE_MAPPING[b"S"])
    as_pamqp_does = ContentHeader._get_flags  # noqa: SLF001 -- there is no other place that knows the bytes

    def flags(data: bytes) -> tuple[int, int]:
        return _one_word(data) if _is_tolerant.get() else as_pamqp_does(data)

    ContentHeader._get_flags = staticmethod(flags)  # type: ignore[method-assign]  # noqa: SLF001


def _one_word(data: bytes) -> tuple[int, int]:
    """All flags of the basic class are in the first word; its last bit would announce another."""
    (flags,) = struct.unpack_from(">H", data)
    return 2, flags & ~1


def _escaped_string(value: bytes) -> tuple[int, str]:
    end = value[0] + 1
    return end, _escaped(value[1:end])


def _no_time(_: bytes) -> tuple[int, None]:
    return 8, None


def _escaped(raw: bytes) -> str:
    """Escapes for what is no UTF-8; what would no longer fit into an answer ends in a hash of the whole."""
    text = raw.decode("utf-8", "backslashreplace")
    if len(text.encode()) <= MAX_SHORT_STRING:
        return text
    own = hashlib.sha256(raw).hexdigest()
    return text.encode()[: MAX_SHORT_STRING - len(own)].decode("utf-8", "ignore") + own


def _or(decoder: Decoder, otherwise: Decoder) -> Decoder:
    def decoded(value: bytes) -> tuple[int, Any]:
        try:
            return decoder(value)
        except (ValueError, OverflowError, OSError, KeyError, IndexError, RecursionError, struct.error):
            if not _is_tolerant.get():
                raise
            return otherwise(value)

    return decoded


def _writable(decoder: Decoder) -> Decoder:
    def decoded(value: bytes) -> tuple[int, Any]:
        end, text = decoder(value)
        return end, bytearray(text) if isinstance(text, bytes) and _is_tolerant.get() else text

    return decoded


def _raw_table(value: bytes) -> tuple[int, dict[str, bytearray]]:
    (length,) = struct.unpack_from(">I", value)
    return length + 4, {UNREADABLE: bytearray(value[4 : length + 4])}
