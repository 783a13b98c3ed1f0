"""Bodies and properties that no honest client sends: each gets its answer and costs no neighbour."""

import asyncio
import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from pika.spec import BasicProperties

from tests.acceptance.conftest import World
from tests.acceptance.inbox import TRIP, Inbox, trip
from tests.rabbitmq import blocking, connect

BAD = b"\xff\xfe\x80"


def wrong_bodies() -> Iterator[bytes]:
    """Bodies that are no request."""
    yield from (b"", b" ", b"{", b"}", b"[]", b"null", b"true", b"0", b'"text"', BAD, b"\x00", b"{}{}")
    yield from (b"[" * 30_000, b'{"a":' * 12_000, b"[" * 100_000, b"x" * 1024 * 1024, b"\xef\xbb\xbf")
    yield from (json.dumps(TRIP).encode("utf-16"), json.dumps(TRIP).encode()[:-1], b"'" + b"a" * 99 + b"'")
    yield json.dumps(TRIP).encode().replace(b'"c"', b'"' + BAD + b'"')
    yield from (b'{"name": NaN}', b'{"name": Infinity}', b'{"name": 1e999}', b'{"car": "a", "car": "b"}')
    yield b'{"attempts": ' + b"9" * 10_000 + b"}"
    wrong: list[Any] = [None, True, 0, -1, 1.5, "", " ", [], {}, ["x"], {"x": 1}, "x" * 201, "\ud800"]
    for field, value in itertools.product(("name", "car", "hotel", "flight"), wrong):
        yield json.dumps({**TRIP, field: value}).encode()
    whole = json.dumps(TRIP).encode()
    yield from (whole[:length] for length in range(2, len(whole)))
    attempts: Any
    for attempts in (True, False, 0, -1, 101, 1.5, 5.0, "", " 5 ", "5.0", "1e1", "five", [], {}, 10**30):
        yield json.dumps({**TRIP, "attempts": attempts}).encode()
    deadline: Any
    for deadline in (0, "", "now", "2030-01-01", "2030-01-01T00:00:00", "2030-13-01T00:00:00Z", [], True):
        yield json.dumps({**TRIP, "deadline": deadline}).encode()
    booking_id: Any
    for booking_id in ("", " ", "a b", "ü", "x" * 201, 5, [], "\ud800", "a/b", "a\n"):
        yield json.dumps({**TRIP, "booking_id": booking_id}).encode()


def odd_properties() -> Iterator[BasicProperties]:
    """Properties that a client library may fail to read; the body beside them is a valid request."""
    for name in ("correlation_id", "message_id", "type", "app_id", "content_type", "content_encoding"):
        for value in (BAD, BAD * 85, "x" * 255, "", "\n\t\x00", "ü" * 100, " "):
            yield BasicProperties(**{name: value})
    for timestamp in (0, 1, 2**31, 2**53, 2**62, 2**63 - 1):
        yield BasicProperties(timestamp=timestamp)
    odd: list[Any] = [
        None,
        True,
        2**62,
        -1,
        BAD,
        "x" * 10_000,
        [],
        [1, ["a", {"b": None}]],
        {},
        {"a": {"b": 1}},
    ]
    for value in odd:
        yield BasicProperties(headers={"odd": value})
        yield BasicProperties(headers={"x-delivery-count": value, "traceparent": value})
    yield from (BasicProperties(headers={name: ["nowhere"]}) for name in ("CC", "BCC"))
    for header in ("x-death", "x-reason", "traceparent", "ü", ""):
        yield BasicProperties(headers={header: "x"})
    yield from (BasicProperties(priority=255), BasicProperties(expiration="100000"), BasicProperties())


def publish_all(world: World, messages: list[tuple[bytes, BasicProperties]]) -> None:
    publish(world, ((world.settings.requests_queue, body, properties) for body, properties in messages))


def publish(world: World, messages: Iterable[tuple[str, bytes, BasicProperties]]) -> None:
    """With confirms: a quorum queue may lose what came last on a channel that is closed without them."""
    connection = blocking(world.settings.amqp_url.get_secret_value())
    channel = connection.channel()
    channel.confirm_delivery()
    for queue, body, properties in messages:
        channel.basic_publish("", queue, body, properties)
    connection.close()


async def test_two_hundred_kinds_of_hostile_messages_leave_the_consumer_running_and_connected(
    booking: World, inbox: Inbox
) -> None:
    consumer = booking.services[0]
    lines_before = len(consumer.log)
    to_me: dict[str, Any] = {"reply_to": inbox.queue.name}
    bodies = [(body, BasicProperties(**to_me)) for body in wrong_bodies()]
    bodies += [(BAD, BasicProperties(correlation_id=BAD, **to_me))]
    odd = list(odd_properties())
    for properties in odd:
        properties.reply_to = inbox.queue.name
    valid = [(json.dumps({**TRIP, "booking_id": uuid4().hex}).encode(), properties) for properties in odd]
    assert len(bodies) + len(valid) >= 200

    await asyncio.to_thread(publish_all, booking, [*bodies, *valid])
    statuses = [(await inbox.answer(f"answer {n}"))["status"] for n in range(len(bodies) + len(valid))]

    odd_types = sum(bool(properties.type) for properties in odd)
    assert statuses.count("rejected") == len(bodies) + odd_types
    assert statuses.count("booked") == len(valid) - odd_types
    assert await inbox.depth(booking.settings.requests_queue) == 0
    assert consumer.process.returncode is None
    assert not [line for line in consumer.log[lines_before:] if "onnection" in line or "Traceback" in line]


@pytest.mark.parametrize("reply_to", [BAD, b"booking.results\xff", "booking.results\n", "amq.gen-\x00"])
async def test_an_unreadable_reply_to_is_dead_lettered(
    booking: World, inbox: Inbox, reply_to: bytes | str
) -> None:
    own = uuid4().hex
    message = (json.dumps(TRIP).encode(), BasicProperties(reply_to=reply_to, message_id=own))
    await asyncio.to_thread(publish_all, booking, [message])
    letter = await inbox.dead_letter(own)

    assert letter.headers["x-reason"] == "reply_to_not_allowed"


async def test_the_light_client_skips_what_it_cannot_read(booking: World) -> None:
    properties = BasicProperties(correlation_id=BAD, timestamp=2**63 - 1)
    await asyncio.to_thread(publish, booking, [(booking.settings.results_queue, BAD, properties)])
    async with await connect(booking.settings.amqp_url.get_secret_value()) as mine:
        inbox = await Inbox.open(await mine.channel(), booking.settings)
        await inbox.send({**TRIP, "booking_id": uuid4().hex}, reply_to=booking.settings.results_queue)
    code, printed, complained = await booking.voyage("results", "--count", "1")

    assert (code, json.loads(printed)["status"]) == (0, "booked")
    assert "not a booking result" in complained


async def test_a_deadline_that_is_no_time_in_utc_is_rejected_at_once(inbox: Inbox) -> None:
    await inbox.send(trip(deadline="9999-12-31T23:59:59-01:00"))
    answer = await inbox.answer(within=10)

    assert (answer["status"], answer["reason"]["code"]) == ("rejected", "invalid")


async def test_a_rejection_with_headers_of_a_whole_frame_is_kept_cut_and_costs_no_connection(
    booking: World, inbox: Inbox
) -> None:
    consumer, own = booking.services[0], uuid4().hex
    lines_before = len(consumer.log)
    headers = {"x-blob": "b" * 130_700, "x-small": "kept"}
    await inbox.send({"name": ""}, message_id=own, headers=headers)
    answer, letter = await inbox.answer(within=10), await inbox.dead_letter(own)

    assert (answer["status"], answer["reason"]["code"]) == ("rejected", "invalid")
    assert letter.headers["x-small"] == "kept"
    assert str(letter.headers["x-headers-cut"]).startswith("x-blob (1307")
    assert "x-blob" not in letter.headers
    assert not [line for line in consumer.log[lines_before:] if "onnection" in line or "Traceback" in line]
