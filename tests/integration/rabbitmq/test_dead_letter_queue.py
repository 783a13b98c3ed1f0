"""Looking at dead letters changes none of them, their order included, and needs memory for one at a time."""

import json
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

import pytest
from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection

from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import declare_topology, open_connection
from publisher.amqp.dead_letter_queue import DeadLetterQueue
from publisher.contract.strict_json import loads
from publisher.errors import BrokerUnreachableError, NotEditableError
from tests.poll import eventually
from tests.queues import delete_queues

MANY = 70  # more than RabbitMQ returns in order by itself
MEGABYTE = 1024 * 1024


@dataclass
class Letters:
    """The dead-letter queue, with letters put there by hand; `sent` are their ids, in order."""

    connection: AbstractRobustConnection
    publisher: ConfirmedPublisher
    settings: ConsumerSettings
    sent: list[str]

    @property
    def queue(self) -> DeadLetterQueue:
        return DeadLetterQueue(self.connection, self.publisher, self.settings)

    async def send(self, count: int, body: bytes = b"{}") -> None:
        for _ in range(count):
            own = str(len(self.sent))
            # RabbitMQ checks a user id, and a fresh copy of ours has none.
            message = Message(body, message_id=own, user_id="guest", headers={"x-reason": "invalid"})
            await self.publisher.publish(message, self.settings.dead_queue)
            self.sent.append(own)

    async def as_they_are(self) -> list[tuple[str | None, str | None]]:
        """The id and the user of each letter in the queue, taken out for good."""
        return [
            (message.message_id, message.user_id) for message in await self._all(self.settings.dead_queue)
        ]

    async def requests(self) -> list[bytes]:
        """The bodies of what was sent in again, taken out for good."""
        return [message.body for message in await self._all(self.settings.requests_queue)]

    async def _all(self, name: str) -> list[AbstractIncomingMessage]:
        channel = await self.connection.channel()
        queue = await channel.get_queue(name)
        found = []
        while message := await queue.get(fail=False, no_ack=True):
            found.append(message)
        return found


@pytest.fixture
async def letters(settings: ConsumerSettings) -> AsyncIterator[Letters]:
    await declare_topology(settings)
    async with await open_connection(settings, "test") as connection:
        yield Letters(connection, await ConfirmedPublisher.open(connection, 10), settings, [])
    await delete_queues(settings)


async def test_a_look_may_begin_further_on(letters: Letters) -> None:
    await letters.send(MANY)
    for skip, limit in ((0, 25), (25, 25), (50, 25), (60, None), (70, 5), (80, 5), (25, 25)):
        seen = [letter.id async for letter in letters.queue.browse(limit, skip=skip)]
        assert seen == letters.sent[skip:][:limit]

    assert await letters.as_they_are() == [(own, "guest") for own in letters.sent]


async def test_looks_of_any_length_leave_the_letters_where_and_as_they_are(letters: Letters) -> None:
    await letters.send(MANY)
    for limit in (5, None, 3, 40, None, 1, None, None, 20, *range(1, 12)):
        seen = [letter.id async for letter in letters.queue.browse(limit)]
        assert seen == letters.sent[:limit]

    assert await letters.as_they_are() == [(own, "guest") for own in letters.sent]


async def test_what_is_left_by_a_drop_keeps_its_order(letters: Letters) -> None:
    await letters.send(MANY)
    dropped = [letter.id async for letter in letters.queue.drop(lambda letter: int(letter.id) % 3 == 1)]

    assert dropped == [own for own in letters.sent if int(own) % 3 == 1]
    assert await letters.as_they_are() == [(own, "guest") for own in letters.sent if int(own) % 3 != 1]


async def test_whoever_stops_looking_half_way_leaves_the_letters_too(letters: Letters) -> None:
    await letters.send(MANY)
    async with aclosing(letters.queue.browse()) as looking:
        async for letter in looking:
            if letter.id == letters.sent[50]:
                break

    assert await letters.as_they_are() == [(own, "guest") for own in letters.sent]


async def test_a_letter_that_comes_back_during_a_replay_is_not_replayed_for_ever(letters: Letters) -> None:
    await letters.send(3)
    replayed = []
    async for letter in letters.queue.replay(lambda _: True, {}):
        replayed.append(letter.id)
        await letters.send(1)

    assert replayed == ["0", "1", "2"]
    assert [own for own, _ in await letters.as_they_are()] == ["3", "4", "5"]


@pytest.mark.parametrize("body", [b"not JSON", b"[1]", b'[["a", 1]]', b"\xff", b"[" * 20_000])
async def test_a_letter_that_cant_be_edited_stays_and_stops_no_other(letters: Letters, body: bytes) -> None:
    for one in (b'{"jeep": {"seats": "many", "start": 1}}', body, b'{"jeep": null}'):
        await letters.send(1, one)
    replayed: list[str] = []

    async def replay() -> None:
        async for letter in letters.queue.replay(lambda _: True, {"jeep.seats": 4, "name": "Jane"}):
            replayed.append(letter.id)  # noqa: PERF401 -- what came before the error counts

    with pytest.raises(NotEditableError, match=r"^The body of 1 is no JSON object; drop it instead\.$"):
        await replay()
    assert replayed == ["0", "2"]
    assert [own for own, _ in await letters.as_they_are()] == ["1"]
    assert [json.loads(body) for body in await letters.requests()] == [
        {"jeep": {"seats": 4, "start": 1}, "name": "Jane"},
        {"jeep": {"seats": 4}, "name": "Jane"},
    ]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"stock": [{"qty": 0}]}', "stock.1.qty"),
        (b'{"stock": [{"qty": 0}]}', "stock.x.qty"),
        (b'{"stock": [{"qty": 0}]}', "stock.-1.qty"),
        (b'{"stock": [{"qty": 0}]}', "stock.00.qty"),
        (b'{"stock": [{"qty": 0}, 3]}', "stock.1.qty"),
        (b'{"stock": []}', "stock.0"),
        (b'{"name": "Jane"}', "stock.0.qty"),
        (b'{"stock": "none"}', "stock.qty"),
        (b'{"stock": [{"qty": 0}]}', f"stock.{'9' * 5000}"),
    ],
)
async def test_a_letter_without_the_place_that_is_set_stays_as_it_is(
    letters: Letters, body: bytes, place: str
) -> None:
    await letters.send(1, body)
    with pytest.raises(NotEditableError, match=rf"^0 has no place {place}; set a field that holds it, whole"):
        [letter async for letter in letters.queue.replay(lambda _: True, {"name": "J", place: 1})]

    assert [letter.delivery.body async for letter in letters.queue.browse()] == [body]
    assert await letters.requests() == []


async def test_a_change_leaves_all_else_as_it_was_written(letters: Letters) -> None:
    numbers = "1.10, 12345678901234.5678, 1e400, -0.0, 1E+5, 123456789012345678901234567890"
    await letters.send(1, f'\ufeff{{"ratio": NaN, "all": [{numbers}], "ß": "\\ud800"}}'.encode())
    changes = {"ratio": loads("12345678901234567890.5"), "note": "fine"}
    assert [letter.id async for letter in letters.queue.replay(lambda _: True, changes)] == ["0"]
    expected = (
        f'{{"ratio": 12345678901234567890.5, "all": [{numbers}], "\\u00df": "\\ud800", "note": "fine"}}'
    )
    assert await letters.requests() == [expected.encode()]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            b'{"car": "a", "car": "b"}',
            r"The body of 0 can't be changed: the key 'car' is there more than once, .*; drop it instead\.",
        ),
        (b'{"ratio": NaN}', r"The body of 0 is no JSON even so \(NaN is not a JSON value\)\."),
        ('{"car": "ä"}'.encode("utf-16"), r"The body of 0 is no JSON object; drop it instead\."),
        (b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}", r"The body of 0 is n.*; drop it instead\."),
    ],
)
async def test_a_letter_that_a_change_does_not_mend_stays(letters: Letters, body: bytes, told: str) -> None:
    await letters.send(1, body)
    with pytest.raises(NotEditableError, match=f"^{told}$"):
        [letter async for letter in letters.queue.replay(lambda _: True, {"note": "k", "car": "c"})]
    assert [letter.delivery.body async for letter in letters.queue.browse()] == [body]


async def test_one_letter_at_a_time_is_in_memory(letters: Letters) -> None:
    await letters.send(40, bytes(2 * MEGABYTE))
    tracemalloc.start()
    try:
        count = len([letter.id async for letter in letters.queue.browse()])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert count == 40
    assert peak < 20 * MEGABYTE


async def test_a_connection_lost_half_way_is_told_and_loses_nothing(letters: Letters) -> None:
    await letters.send(10)

    async def look() -> None:
        async for letter in letters.queue.browse():
            if letter.id == letters.sent[5]:
                transport = letters.connection.transport
                assert transport
                await transport.connection.close()

    with pytest.raises(BrokerUnreachableError, match="Nothing is lost"):
        await look()

    async def all_back() -> bool:
        return await letters.queue.count() == len(letters.sent)

    await eventually("all letters back in the queue", all_back)
