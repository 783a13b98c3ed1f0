"""Messages of clients that aren't ours, the light client's commands, and results that nobody takes."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pika

from tests.acceptance.conftest import World
from tests.acceptance.inbox import TRIP, Inbox
from tests.rabbitmq import blocking


def rpc(world: World, queue: str) -> tuple[str | None, dict[str, Any]]:
    """RabbitMQ's own tutorial 6, with pika: correlation id and body of the answer."""
    connection = blocking(world.settings.amqp_url.get_secret_value())
    channel = connection.channel()
    replies = queue or channel.queue_declare(queue="", exclusive=True).method.queue
    answers: list[tuple[str | None, dict[str, Any]]] = []
    channel.basic_consume(
        replies,
        lambda _channel, _method, answer, body: answers.append((answer.correlation_id, json.loads(body))),
        auto_ack=True,
    )
    properties = pika.BasicProperties(reply_to=replies, correlation_id="rpc-1", message_id=uuid4().hex)
    channel.basic_publish("", world.settings.requests_queue, json.dumps(TRIP).encode(), properties)
    while not answers:
        connection.process_data_events(time_limit=1)
    connection.close()
    return answers[0]


async def test_a_foreign_clients_rpc_recipe_with_an_exclusive_queue(booking: World) -> None:
    correlation_id, result = await asyncio.to_thread(rpc, booking, "")

    assert (correlation_id, result["status"]) == ("rpc-1", "booked")


async def test_a_foreign_clients_rpc_recipe_with_direct_reply_to(booking: World) -> None:
    correlation_id, result = await asyncio.to_thread(rpc, booking, "amq.rabbitmq.reply-to")

    assert (correlation_id, result["status"]) == ("rpc-1", "booked")


async def test_a_result_whose_reply_queue_is_gone_is_parked(booking: World, inbox: Inbox) -> None:
    gone = f"{booking.settings.results_queue}.gone-{uuid4().hex}"
    await inbox.send(TRIP, reply_to=gone, message_id=uuid4().hex)
    result = await inbox.parked(gone)

    assert result.headers["x-reason"] == "reply_to_gone"
    assert json.loads(result.body)["status"] == "booked"


async def test_a_rejection_whose_reply_queue_is_gone_is_parked_too(booking: World, inbox: Inbox) -> None:
    gone = f"{booking.settings.results_queue}.gone-{uuid4().hex}"
    await inbox.send(b"{}", reply_to=gone)
    result = await inbox.parked(gone)

    assert json.loads(result.body)["status"] == "rejected"


async def test_published_from_a_file_and_read_from_the_results_queue(booking: World, tmp_path: Path) -> None:
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
    booking: World, tmp_path: Path
) -> None:
    trips = tmp_path / "trips.jsonl"
    trips.write_text(json.dumps(TRIP) + "\n\nnot json\n" + json.dumps({**TRIP, "attempts": 0}) + "\n")
    code, _, complained = await booking.voyage("publish", str(trips))

    assert code == 2
    assert "trips.jsonl:3: " in complained
    assert "trips.jsonl:4: attempts: " in complained
    assert "Nothing was sent" in complained


async def test_no_broker_is_one_line_for_the_user(world: World) -> None:
    nobody = {"AMQP_URL": "amqp://guest:secret@127.0.0.1:1/"}
    code, _, complained = await world.voyage(
        "book", "--car", "c", "--hotel", "h", "--flight", "f", environment=nobody
    )

    assert code == 2
    assert complained.count("\n") == 1
    assert "RabbitMQ at amqp://127.0.0.1:1/" in complained
    assert "secret" not in complained
