"""Messages that aio-pika can't decode cost our connections nothing, and other connections don't change."""

import pytest
from pamqp import decode

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
