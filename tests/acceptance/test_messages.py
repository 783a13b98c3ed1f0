"""One message, one booking, one answer: through the real consumer and worker."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pika
import pytest
from aio_pika import Message, connect
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from temporalio.client import Client as Temporal

from tests.acceptance.conftest import World
from tests.poll import eventually

TRIP = {"name": "Jane Smith", "car": "c", "hotel": "h", "flight": "f"}


@pytest.fixture
async def channel(booking: World) -> AsyncIterator[AbstractChannel]:
    async with await connect(booking.settings.amqp_url.get_secret_value()) as connection:
        yield await connection.channel()


@pytest.fixture
async def inbox(channel: AbstractChannel, booking: World) -> AbstractQueue:
    """A reply queue of the test's own."""
    name = f"{booking.settings.results_queue}.{uuid4().hex}"
    return await channel.declare_queue(name, exclusive=True, auto_delete=True)


async def next_message(queue: AbstractQueue, what: str) -> AbstractIncomingMessage:
    async def look() -> AbstractIncomingMessage | None:
        return await queue.get(fail=False, no_ack=True)

    return await eventually(what, look)


async def answers(inbox: AbstractQueue, count: int) -> list[dict[str, Any]]:
    """The next `count` messages of an inbox, with their ids beside the body."""

    got = [await next_message(inbox, f"answer {n + 1} of {count}") for n in range(count)]
    return [
        {**json.loads(m.body), "message_id": m.message_id, "correlation_id": m.correlation_id} for m in got
    ]


def send(channel: AbstractChannel, world: World, body: bytes, **properties: Any) -> Any:
    return channel.default_exchange.publish(Message(body, **properties), world.settings.requests_queue)


async def test_the_same_message_sent_again_is_booked_once(
    booking: World, channel: AbstractChannel, inbox: AbstractQueue, servers: Any
) -> None:
    own = uuid4().hex
    body = json.dumps({**TRIP, "booking_id": own}).encode()
    for _ in range(2):
        await send(channel, booking, body, reply_to=inbox.name, correlation_id="c-1")
        [last] = await answers(inbox, 1)

    assert (last["status"], last["booking_id"], last["duplicate"]) == ("booked", own, True)
    temporal = await Temporal.connect(servers.temporal_address)
    history = await temporal.get_workflow_handle(f"booking-{own}").fetch_history()
    legs = [e for e in history.events if e.HasField("activity_task_completed_event_attributes")]
    assert len(legs) == 4  # car, hotel, flight and one answer


async def test_an_invalid_body_is_answered_and_dead_lettered_and_the_consumer_goes_on(
    booking: World, channel: AbstractChannel, inbox: AbstractQueue
) -> None:
    await send(
        channel,
        booking,
        b'{"name": "Jane"}',
        reply_to=inbox.name,
        message_id="m-1",
        correlation_id="c-1",
        headers={"mine": "kept"},
    )
    await send(channel, booking, json.dumps(TRIP).encode(), reply_to=inbox.name, message_id=uuid4().hex)
    both = {answer["status"]: answer for answer in await answers(inbox, 2)}
    dead_queue = await channel.get_queue(booking.settings.dead_queue)
    dead = await next_message(dead_queue, "the dead letter")

    assert set(both) == {"rejected", "booked"}
    assert both["rejected"]["correlation_id"] == "c-1"
    assert both["rejected"]["reason"]["code"] == "invalid"
    assert "car: Field required" in both["rejected"]["reason"]["message"]
    assert (dead.body, dead.message_id) == (b'{"name": "Jane"}', "m-1")
    assert dead.headers["mine"] == "kept"
    assert dead.headers["x-reason"] == "invalid"
    assert "car" in str(dead.headers["x-error"])


async def test_a_foreign_clients_rpc_recipe_with_an_exclusive_queue(booking: World) -> None:
    """RabbitMQ's own tutorial 6, with pika."""

    def call() -> tuple[str | None, dict[str, Any]]:
        connection = pika.BlockingConnection(pika.URLParameters(booking.settings.amqp_url.get_secret_value()))
        channel = connection.channel()
        replies = channel.queue_declare(queue="", exclusive=True).method.queue
        properties = pika.BasicProperties(reply_to=replies, correlation_id="rpc-1", message_id=uuid4().hex)
        channel.basic_publish("", booking.settings.requests_queue, json.dumps(TRIP).encode(), properties)
        for _, answer, body in channel.consume(replies, auto_ack=True, inactivity_timeout=30):
            connection.close()
            return (answer.correlation_id, json.loads(body)) if answer else (None, {})
        raise AssertionError("consume ended")

    correlation_id, result = await asyncio.to_thread(call)

    assert correlation_id == "rpc-1"
    assert result["status"] == "booked"


async def test_direct_reply_to_works_as_it_is(booking: World) -> None:
    def call() -> dict[str, Any]:
        connection = pika.BlockingConnection(pika.URLParameters(booking.settings.amqp_url.get_secret_value()))
        channel = connection.channel()
        answers = channel.consume("amq.rabbitmq.reply-to", auto_ack=True, inactivity_timeout=30)
        next(channel.consume("amq.rabbitmq.reply-to", auto_ack=True, inactivity_timeout=0.01))
        properties = pika.BasicProperties(reply_to="amq.rabbitmq.reply-to", message_id=uuid4().hex)
        channel.basic_publish("", booking.settings.requests_queue, json.dumps(TRIP).encode(), properties)
        _, _, body = next(answers)
        connection.close()
        result: dict[str, Any] = json.loads(body)
        return result

    assert (await asyncio.to_thread(call))["status"] == "booked"


async def test_a_result_whose_reply_queue_is_gone_is_parked(booking: World, channel: AbstractChannel) -> None:
    gone = f"{booking.settings.results_queue}.gone-{uuid4().hex}"
    await send(channel, booking, json.dumps(TRIP).encode(), reply_to=gone, message_id=uuid4().hex)
    parked = await channel.get_queue(booking.settings.parked_queue)
    result = await next_message(parked, "the parked result")

    assert result.headers["x-reply-to"] == gone
    assert json.loads(result.body)["status"] == "booked"


async def test_published_from_a_file_and_read_from_the_results_queue(booking: World, tmp_path: Any) -> None:
    trips = tmp_path / "trips.jsonl"
    lines = [json.dumps({**TRIP, "booking_id": f"file-{uuid4().hex}"}) for _ in range(3)]
    trips.write_text("\n".join(lines))
    code, _, complained = await booking.voyage("publish", str(trips))
    assert (code, "3 requests published" in complained) == (0, True)
    code, printed, _ = await booking.voyage("results", "--count", "3")

    assert code == 0
    assert [json.loads(line)["status"] for line in printed.splitlines()] == ["booked"] * 3
    assert await booking.depth(booking.settings.results_queue) == 0


async def test_a_file_with_wrong_lines_is_named_line_by_line_and_nothing_is_sent(
    booking: World, tmp_path: Any
) -> None:
    trips = tmp_path / "trips.jsonl"
    trips.write_text(json.dumps(TRIP) + "\n\nnot json\n" + json.dumps({**TRIP, "attempts": 0}) + "\n")
    code, _, complained = await booking.voyage("publish", str(trips))

    assert code == 2
    assert "trips.jsonl:3: " in complained
    assert "trips.jsonl:4: attempts: " in complained
    assert "Nothing was sent" in complained
