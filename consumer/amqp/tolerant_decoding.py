r"""Reading messages whose properties aio-pika's decoder can't: one such message must not cost the connection.

pamqp, which decodes frames for aio-pika, raises on ids that are not UTF-8 and on timestamps out of range;
aio-pika then drops the connection, gets the message again, and drops it again, until the delivery limit.
Here its table of decoders gets entries that don't raise. Bytes that are no UTF-8 become escapes (`\xff`), a
timestamp out of range becomes none, and headers that can't be read at all are kept raw under one name.
"""

import hashlib
import struct
from collections.abc import Callable
from typing import Any

from pamqp import decode

UNREADABLE = "x-unreadable"
MAX_SHORT_STRING = 255  # bytes (AMQP 0-9-1, 4.2.5.3)
Decoder = Callable[[bytes], tuple[int, Any]]


def install() -> None:
    """Put the tolerant decoders in place, for this process; doing it again changes nothing."""
    if decode.METHODS["shortstr"] is _text:
        return
    decode.METHODS["shortstr"] = _text
    decode.METHODS["timestamp"] = _or(decode.timestamp, lambda _: (8, None))
    decode.METHODS["table"] = _or(decode.field_table, _raw_table)
    decode.TABLE_MAPPING[b"T"] = decode.METHODS["timestamp"]


def _text(value: bytes) -> tuple[int, str]:
    end = value[0] + 1
    raw = value[1:end]
    try:
        return end, raw.decode()
    except UnicodeDecodeError:
        return end, _escaped(raw)


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
            return otherwise(value)

    return decoded


def _raw_table(value: bytes) -> tuple[int, dict[str, bytes]]:
    (length,) = struct.unpack_from(">I", value)
    return length + 4, {UNREADABLE: value[4 : length + 4]}
