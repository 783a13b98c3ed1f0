"""Messages that can never become a booking: some by hand, most drawn by the hunt of `tests.fuzz.messages`."""

import math
import random
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aio_pika import DeliveryMode, Message
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from pamqp import decode, encode

from tests.fuzz.messages.contract import answers, booking_of_control
from tests.fuzz.messages.frames import long
from tests.fuzz.messages.letters import LETTERS, Letter, Reply, To

BY_HAND = tuple(
    Letter(To.REQUESTS, body, Reply.RESULTS)
    for body in (
        b"not json",
        b'{"name": "Jane"}',
        b"[]",
        b'{"name": "Jane", "car": "c", "hotel": "h", "flight": 5}',
        b" " * 70_000,
    )
)
DRAWN = 120  # letters, of which about half can be sent by a client library and never become a booking
LARGEST = 1_000_000  # bytes; all are kept among the dead letters
NESTED = 60  # tables and arrays in one another; hundreds are read or not, as the caller's stack is deep
ROOM = 120_000  # bytes of headers that fit into a frame beside everything else
EXPIRATIONS = (None, b"0", b"1", b"60000")  # RabbitMQ refuses most others
WORDS = ("content_type", "content_encoding", "app_id", "type")


@dataclass(frozen=True)
class Poison:
    """A message that can never become a booking. Its id is also its correlation id."""

    message_id: str
    at: float
    letter: Letter

    @property
    def is_request(self) -> bool:
        """Whether it must be kept among the dead letters; a control message is dropped."""
        return self.letter.to is To.REQUESTS

    @property
    def is_answered(self) -> bool:
        """Whether it has an address, to which it must be answered."""
        return self.is_request and self.letter.reply is Reply.RESULTS

    def message(self) -> Message:
        """As a client library writes it."""
        words: dict[str, Any] = {name: (self.letter.text(name) or b"").decode() or None for name in WORDS}
        expiration = self.letter.text("expiration")
        return Message(
            self.letter.body,
            headers=_headers(self.letter),
            delivery_mode=DeliveryMode.PERSISTENT,
            message_id=self.message_id,
            correlation_id=self.message_id,
            reply_to="somebody-elses" if self.letter.reply is Reply.FORBIDDEN else None,
            expiration=int(expiration) / 1000 if expiration else None,
            **words,
        )


def draw(chance: random.Random, seed: int, own: str, at: float) -> Poison:
    """One by hand, or three times as often one that the hunt has drawn by this seed."""
    letters = drawn(seed) if chance.random() < 0.75 else BY_HAND
    return Poison(own, at, chance.choice(letters))


@cache
def drawn(seed: int) -> Sequence[Letter]:
    """What the hunt would send, as far as it can never become a booking and a client library writes it."""
    found: list[Letter] = []

    @seeded(seed)
    @settings(
        max_examples=DRAWN,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(LETTERS)
    def look(letter: Letter) -> None:
        told = Reply.FORBIDDEN if letter.reply is Reply.FORBIDDEN else Reply.RESULTS
        if _is_poison(letter) and is_written(letter):
            found.append(replace(letter, reply=told))

    look()
    return found


def _is_poison(letter: Letter) -> bool:
    if len(letter.body) > LARGEST:
        return False
    if letter.to is To.CONTROL:
        return booking_of_control(letter) is None
    rejected = {status for status, _ in answers(letter, datetime.now(UTC))} == {"rejected"}
    return letter.to is To.REQUESTS and rejected


def is_written(letter: Letter) -> bool:
    """Whether a client library writes it and RabbitMQ takes it, however deep the stack of calls is."""
    if letter.text("expiration") not in EXPIRATIONS:
        return False
    with suppress(ValueError, TypeError, OverflowError, RecursionError):
        Poison("", 0.0, letter).message()
        headers = _headers(letter)
        return _is_taken(headers) and len(encode.field_table(headers)) < ROOM
    return False


def _is_taken(headers: Any) -> bool:
    """Whether a client library gets at most NESTED levels of tables and arrays, and RabbitMQ no NaN.

    Of a NaN RabbitMQ ends the sender's connection with INTERNAL_ERROR, and takes nothing.
    """
    level = [headers]
    for _ in range(NESTED):
        if any(isinstance(value, float) and math.isnan(value) for value in level):
            return False
        level = [part for value in level for part in _parts(value)]
    return not level


def _parts(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _headers(letter: Letter) -> Any:
    return decode.field_table(long(letter.headers or b""))[1]
