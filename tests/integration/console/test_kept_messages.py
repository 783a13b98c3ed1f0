"""Dead letters and parked results in the console: looked at page by page, and dealt with one by one."""

import json
from collections.abc import AsyncIterator, Mapping

import pytest
from aio_pika import Message, connect
from aio_pika.abc import AbstractChannel

from consumer.settings import ConsumerSettings
from tests.integration.console.conftest import Browser

MANY = 45
HEADERS = {
    "x-reason": "invalid",
    "x-error": "seats: takes a number",
    "x-dead-lettered-at": "2030-01-31T12:00:00Z",
}
GONE = {"x-reason": "reply_to_gone", "x-reply-to": "gone"}


class Broker:
    """What is in the queues, put there and taken out by hand."""

    def __init__(self, channel: AbstractChannel, settings: ConsumerSettings) -> None:
        self._channel, self.settings = channel, settings

    async def put(
        self, queue: str, own: str, body: bytes = b"{}", headers: Mapping[str, str] = HEADERS
    ) -> None:
        message = Message(body, message_id=own, headers=dict(headers))
        await self._channel.default_exchange.publish(message, queue)

    async def take_all(self, queue: str) -> list[tuple[str | None, bytes]]:
        found = []
        declared = await self._channel.get_queue(queue)
        while message := await declared.get(no_ack=True, fail=False):
            found.append((message.message_id, message.body))
        return found


@pytest.fixture
async def broker(own_queues: ConsumerSettings) -> AsyncIterator[Broker]:
    async with await connect(own_queues.amqp_url.get_secret_value()) as connection:
        yield Broker(await connection.channel(), own_queues)


async def test_dead_letters_are_shown_page_by_page_and_stay_where_they_are(
    browser: Browser, broker: Broker
) -> None:
    dead = broker.settings.dead_queue
    for number in range(MANY):
        await broker.put(dead, f"letter-{number:02}")

    for page, numbers in ((1, range(20)), (3, range(40, 45)), (2, range(20, 40)), (9, range(40, 45))):
        shown = await browser.sees(
            f"/attention?dead={page}", f"letter-{numbers[-1]:02}", f">{MANY} messages, the oldest"
        )
        assert [number for number in range(MANY) if f"<h3>letter-{number:02} " in shown] == list(numbers)
    assert "seats: takes a number" in shown
    assert [own for own, _ in await broker.take_all(dead)] == [
        f"letter-{number:02}" for number in range(MANY)
    ]


async def test_a_letter_is_edited_and_replayed_and_the_others_stay(browser: Browser, broker: Broker) -> None:
    dead = broker.settings.dead_queue
    body = {"name": "Jane", "attempts": "many", "car": "c", "hotel": "h", "flight": "f", "booking_id": "b-1"}
    for own in ("one", "two", "three"):
        await broker.put(dead, own, json.dumps(body).encode())
    await browser.sees("/attention", "<h3>two ")

    changed = {"set.name": "Jane", "was.name": "Jane", "set.attempts": "5", "was.attempts": "many"}
    page = await browser.acts("/dead/replay", id="two", **changed)
    assert "two is sent in again, with 1 changed." in page
    assert await broker.take_all(broker.settings.requests_queue) == [
        ("two", json.dumps({**body, "attempts": "5"}).encode())
    ]
    assert [own for own, _ in await broker.take_all(dead)] == ["one", "three"]


async def test_a_change_of_no_field_is_told_and_the_letter_stays(browser: Browser, broker: Broker) -> None:
    await broker.put(broker.settings.dead_queue, "one")
    page = await browser.acts("/dead/replay", **{"id": "one", "set.boat": "b", "was.boat": ""})
    assert "no field &#39;boat&#39;" in page
    assert [own for own, _ in await broker.take_all(broker.settings.dead_queue)] == ["one"]


@pytest.mark.parametrize("kind", ["dead", "parked"])
async def test_a_drop_is_asked_about_once(browser: Browser, broker: Broker, kind: str) -> None:
    queue = getattr(broker.settings, f"{kind}_queue")
    await broker.put(queue, "one")
    await broker.put(queue, "two")
    answer, asked = await browser.post(f"/{kind}/drop", id="one")
    assert answer.status == 200
    assert "removed for good" in asked
    assert 'name="confirmed" value="yes"' in asked

    assert "one is dropped." in await browser.acts(f"/{kind}/drop", id="one", confirmed="yes")
    assert "is not there any more" in await browser.acts(f"/{kind}/drop", id="one", confirmed="yes")
    assert [own for own, _ in await broker.take_all(queue)] == ["two"]


async def test_a_parked_result_is_sent_to_its_queue_or_another_one(browser: Browser, broker: Broker) -> None:
    settings = broker.settings
    for own in ("one", "two"):
        await broker.put(settings.parked_queue, own, headers=GONE)
    page = await browser.sees("/attention", "<h3>one ", "for gone")
    assert "reply_to_gone" in page

    page = await browser.acts("/parked/resend", id="one")
    assert "Queue &#39;gone&#39; is not there" in page
    page = await browser.acts("/parked/resend", id="two", to=settings.results_queue)
    assert f"two is sent to {settings.results_queue}." in page
    assert [own for own, _ in await broker.take_all(settings.results_queue)] == ["two"]
    assert [own for own, _ in await broker.take_all(settings.parked_queue)] == ["one"]
