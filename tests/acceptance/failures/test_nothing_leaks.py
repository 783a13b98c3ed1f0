"""No secret, no name and no body in what our processes write, whatever goes wrong around them."""

import asyncio
import base64
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from tests.acceptance.conftest import World, a_world
from tests.acceptance.inbox import Inbox
from tests.acceptance.services import SHAPES
from tests.acceptance.watching import Watched
from tests.conftest import own_names
from tests.rabbitmq import connect
from voyage import devstack
from voyage.errors import VoyageError

pytestmark = pytest.mark.thorough

PASSWORD = "pass-Geheimnis"  # noqa: S105 -- of a broker that lives as long as this test
KEY = base64.b64encode(os.urandom(32)).decode()
TRIP = {"name": "Wilhelmina H", "car": "limousine-4711", "hotel": "palace-4712", "flight": "rio-4713"}
ILL = "a sudden malaise"
# None is made of hex digits alone: trace and booking ids are, and 4711 turned up in one.
WORDS = (PASSWORD, KEY, "wilhelmina", "limousine", "palace", "rio-47", "malaise", "hidden-header")


@pytest.fixture(scope="module")
def broker() -> Iterator[devstack.RabbitMq]:
    with devstack.RabbitMq(config=["default_user = voyage", f"default_pass = {PASSWORD}"]) as broker:
        yield broker


@pytest.fixture
async def noisy(broker: devstack.RabbitMq, servers: devstack.Servers) -> AsyncIterator[World]:
    url = broker.url.replace("guest:guest", f"voyage:{PASSWORD}")
    async with a_world(url, servers.temporal_address, own_names()) as world:
        world.extra |= {
            "VOYAGE_ENCRYPTION_KEYS": f"key:{KEY}",
            "VOYAGE_LOG_LEVEL": "debug",
            "VOYAGE_HEALTH_PORT": "0",
            "OTEL_TRACES_EXPORTER": "console",
        }
        yield world


def trip(**changes: str) -> dict[str, str]:
    return {**TRIP, "booking_id": uuid4().hex, **changes}


async def book_in_every_way(world: World) -> None:
    """Good and bad trips, repeats, conflicts, cancels, and messages that can never become a booking."""
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        inbox = await Inbox.open(await connection.channel(), world.settings)
        good = trip()
        requests: list[bytes | dict[str, str]] = [
            good,
            trip(hotel="invalid-palace-4712"),
            trip(car="down-limousine", attempts="2"),
            trip(flight="flaky-rio-4713"),
            trip(deadline="2020-01-01T00:00:00Z"),
            trip(name="wilhelmina" * 30),
            trip(attempts="wilhelmina"),
            json.dumps(trip()).encode()[:-9],
            b'"wilhelmina"',
            b"\xffwilhelmina",
            b"wilhelmina" * 7_000,
        ]
        for request in requests:
            await inbox.send(request, message_id=uuid4().hex, headers={"x-note": "hidden-header"})
        for _ in requests:
            await inbox.answer()
        await inbox.send(good)
        await inbox.send({**good, "car": "another-limousine"})
        answers = [await inbox.answer(), await inbox.answer()]
        assert {answer["status"] for answer in answers} == {"booked", "rejected"}
        await inbox.send(trip(), reply_to="limousine.queue")
        await inbox.control("booking.cancel", b'{"booking_id": "wilhelmina limousine"}')
        await inbox.control("booking.cancel", b"wilhelmina")
        await inbox.control("booking.other", {"booking_id": "1"})
        ill = trip()
        await inbox.control("booking.cancel", {"booking_id": ill["booking_id"], "reason": ILL})
        await inbox.until_cancel_is_known(ill["booking_id"])
        assert (await book_again(inbox, ill))["status"] == "cancelled"


async def book_again(inbox: Inbox, request: dict[str, str]) -> dict[str, object]:
    await inbox.send(request, correlation_id="again")
    return await inbox.answer_to("again")


@pytest.mark.parametrize("shape", SHAPES)
async def test_nothing_leaks_into_anything_that_is_written(
    shape: str, noisy: World, broker: devstack.RabbitMq
) -> None:
    await noisy.everything(shape)
    await book_in_every_way(noisy)
    broker.kill()
    await noisy.services[0].logged("onnection")
    await asyncio.to_thread(broker.start)
    async with await Client.connect(settings=noisy.settings) as client:
        result = await client.book(BookingRequest.model_validate(trip()))
        await noisy.voyage("status", "wilhelmina limousine")
        complaints = [
            await noisy.voyage("book", "--car", "limousine", "--hotel", "", "--flight", "f"),
            await noisy.voyage("status", "1", environment={"AMQP_URL": f"amqp://v:{PASSWORD}/@h"}),
            await noisy.voyage("status", "1", environment={"AMQP_URL": f"amqp://v:{PASSWORD}@localhost:1"}),
        ]
        shown = [repr(thing) for thing in (client, noisy.settings, client.dead_letters)]
    metrics = [(await (await Watched.of(service)).get("/metrics")).text for service in noisy.services]
    for service in noisy.services:
        await service.end(signal.SIGTERM)

    assert result.status is Status.BOOKED
    written = [line for service in noisy.services for line in service.log]
    errors = [complained for _, _, complained in complaints[1:]]
    everything = [text.lower() for text in written + errors + shown + metrics]
    assert not [(word, text) for text in everything for word in WORDS if word.lower() in text]
    assert any('"trace_id"' in line for line in written)
    assert all("voyage_" in text for text in metrics)
    assert all(code == 2 for code, _, _ in complaints)


async def test_nothing_leaks_into_an_error_for_the_caller(noisy: World) -> None:
    url = noisy.settings.amqp_url.get_secret_value()
    for wrong in (f"{url}%", url.replace("voyage:", "nobody:"), url.replace("127.0.0.1", "no.invalid")):
        with pytest.raises(VoyageError) as failed:
            await Client.connect(wrong)
        assert PASSWORD not in str(failed.value) + repr(failed.value)
