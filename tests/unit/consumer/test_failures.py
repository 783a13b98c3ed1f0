"""Every way in which Temporal or RabbitMQ can fail belongs to somebody, in the code and on the page alike."""

import re
from pathlib import Path

import pytest
from aio_pika.exceptions import AMQPConnectionError, AMQPError, ChannelClosed, ConnectionClosed
from aiormq import channel
from aiormq.connection import EXCEPTION_MAPPING
from pamqp.exceptions import CLASS_MAPPING
from temporalio.service import RPCStatusCode

from consumer.failures import TEMPORAL
from publisher.amqp.reply_codes import AMQP, reply_code

PAGE = Path(__file__).parents[3] / "docs" / "delivery-guarantees.md"
_EVERY_REPLY_CODE = sorted(CLASS_MAPPING)


@pytest.mark.parametrize("status", [status for status in RPCStatusCode if status is not RPCStatusCode.OK])
def test_every_status_of_grpc_is_classified_as_the_page_says(status: RPCStatusCode) -> None:
    assert _told(status.name) == TEMPORAL[status]


@pytest.mark.parametrize("code", _EVERY_REPLY_CODE)
def test_every_reply_code_of_amqp_is_classified_as_the_page_says(code: int) -> None:
    assert _told(str(code)) == AMQP[code]


@pytest.mark.parametrize("code", [*EXCEPTION_MAPPING, *channel.EXCEPTION_MAPPING])
def test_the_reply_code_is_found_whichever_type_aiormq_makes_of_it(code: int) -> None:
    kinds: dict[int, type[AMQPError]] = {**EXCEPTION_MAPPING, **channel.EXCEPTION_MAPPING}
    assert reply_code(kinds[code]("its text")) == code


def test_an_end_without_a_word_has_no_reply_code() -> None:
    for failure in (ConnectionResetError(), AMQPConnectionError("reset"), ChannelClosed(None, None)):
        assert reply_code(failure) is None
    assert reply_code(ConnectionClosed(320, "CONNECTION_FORCED")) == 320


def _told(word: str) -> str:
    """In which row of the page's table it is."""
    rows = re.findall(r"^\| `(away|busy|limited|refused)` \|.*$", PAGE.read_text(), re.MULTILINE)
    assert sorted(rows) == ["away", "busy", "limited", "refused"]
    [told] = re.findall(rf"^\| `(\w+)` \|.*`{word}`.*$", PAGE.read_text(), re.MULTILINE)
    return str(told)
