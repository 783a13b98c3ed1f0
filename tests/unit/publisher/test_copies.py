"""A copy of a message, as a dead letter is, has all headers that can be written, and names the others."""

import struct
from typing import Any

import pytest
from pamqp import decode, encode

from publisher.amqp.message import HEADERS_CUT, Delivery, fit_headers
from publisher.amqp.tolerant_decoding import UNREADABLE, tolerant_decoding

NOT_UTF8 = b"9\xc5F\xcc"
TOO_LARGE = 1e300


def read(kind: bytes, value: bytes) -> Any:
    """Headers with one field of this type, as a connection of ours reads them."""
    field = b"\x03odd" + kind + value
    with tolerant_decoding():
        return decode.METHODS["table"](struct.pack(">I", len(field)) + field)[1]


@pytest.mark.parametrize("value", [TOO_LARGE, [{"a": TOO_LARGE}], b"\xff", "\ud800", object()])
def test_a_header_that_can_not_be_written_is_left_out_and_named(value: object) -> None:
    """Found by the hunt: a number of eight bytes is read, and written in four, which raised."""
    copy = Delivery(body=b"1", headers={"odd": value, "plain": "x"}).to_message()

    assert copy.headers == {"plain": "x", HEADERS_CUT: "odd (can't be written)"}
    encode.field_table(copy.headers)


def test_what_was_cut_before_stays_named_when_the_largest_are_cut() -> None:
    cut = fit_headers({"odd": TOO_LARGE, "large": "x" * 5000, "plain": "x"})
    fitting = fit_headers(cut, 4096)

    assert fitting == {"plain": "x", HEADERS_CUT: "odd (can't be written), large (5015 bytes)"}


def test_text_that_is_no_utf8_is_written_again_as_bytes() -> None:
    """Found by the hunt: pamqp reads it as a type that it doesn't write."""
    headers = read(b"S", struct.pack(">I", len(NOT_UTF8)) + NOT_UTF8)

    assert Delivery(body=b"1", headers=headers).to_message().headers == {"odd": bytearray(NOT_UTF8)}
    assert NOT_UTF8 in encode.field_table(headers)


def test_headers_that_can_not_be_read_are_written_raw() -> None:
    headers = read(b"z", NOT_UTF8)

    assert Delivery(body=b"1", headers=headers).to_message().headers == headers
    assert NOT_UTF8 in headers[UNREADABLE]
