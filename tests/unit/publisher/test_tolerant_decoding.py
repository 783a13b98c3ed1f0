"""Messages that aio-pika can't decode cost our connections nothing, and other connections don't change."""

import struct

import pytest
from pamqp import decode
from pamqp.header import ContentHeader

from publisher.amqp.tolerant_decoding import tolerant_decoding

NOT_UTF8 = b"\x02\xff\xfe"


def test_inside_the_block_what_is_no_utf8_becomes_escapes() -> None:
    with tolerant_decoding():
        assert decode.METHODS["shortstr"](NOT_UTF8) == (3, "\\xff\\xfe")


def test_outside_of_it_pamqp_is_as_it_was() -> None:
    with tolerant_decoding():
        pass
    with pytest.raises(UnicodeDecodeError):
        decode.METHODS["shortstr"](NOT_UTF8)
    assert decode.METHODS["shortstr"](b"\x02ab") == (3, "ab")


def test_a_header_that_announces_more_flags_is_read_as_rabbitmq_reads_it() -> None:
    """Found by the hunt: pamqp takes the first two bytes of the first property for flags, and is lost."""
    correlation_id, more = 1 << 10, 1
    header = struct.pack(">HHQH", 60, 0, 5, correlation_id | more) + b"\x01a"
    with tolerant_decoding():
        read = ContentHeader()
        read.unmarshal(header)

    assert read.properties.correlation_id == "a"
    with pytest.raises(ValueError, match=r"unpack|truncated"):
        ContentHeader().unmarshal(header)
