"""A client ends within seconds, whatever RabbitMQ does, and tells everything that waits in it."""

import asyncio
import pickle
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from typing import Any

import pytest
from pydantic import SecretStr
from yarl import URL

from consumer.settings import ConsumerSettings
from publisher import (
    BookingRejectedError,
    BookingRequest,
    BookingResult,
    BrokerUnreachableError,
    Client,
    ClientClosedError,
    ForeignLoopError,
    ResultTimeoutError,
    Sent,
    Status,
)
from publisher.amqp.connection import connected
from publisher.amqp.message import new_message
from publisher.contract.result import RESULT_TYPE
from tests.chaos.proxy.tcp_proxy import Proxy
from voyage.devstack.ports import HOST, free_port

WITHIN = 10.0  # seconds; the bounds of a close are 5 and 4
TRIP = BookingRequest(name="Jane", car="c", hotel="h", flight="f")
Call = Callable[[Client], Coroutine[Any, Any, Any]]
CALLS: dict[str, Call] = {
    "book": lambda client: client.book(TRIP),
    "publish": lambda client: client.publish(TRIP),
    "status": lambda client: client.status("b"),
    "cancel": lambda client: client.cancel("b"),
    "results": lambda client: anext(client.results()),
}


@pytest.fixture
async def line(settings: ConsumerSettings) -> AsyncIterator[tuple[Proxy, ConsumerSettings]]:
    """A way to RabbitMQ that can be cut, and settings that take it."""
    url = settings.url
    async with Proxy(url.port or 0) as proxy:
        through = url.with_host(HOST).with_port(proxy.port)
        yield proxy, settings.model_copy(update={"amqp_url": SecretStr(str(through)), "publish_timeout": 60})


async def closes(client: Client, within: float = WITHIN) -> None:
    began = time.monotonic()
    await client.close()
    assert time.monotonic() - began < within


@pytest.mark.parametrize("how", ["frozen", "away", "there"])
async def test_closing_is_bounded_and_may_be_done_twice(
    line: tuple[Proxy, ConsumerSettings], how: str
) -> None:
    proxy, settings = line
    client = await Client.connect(settings=settings)
    with pytest.raises(ResultTimeoutError):
        await client.status("nobody", timeout=0.2)
    if how == "frozen":
        proxy.forget()
    elif how == "away":
        await proxy.shut()
    within = 1.0 if how == "away" else WITHIN
    await closes(client, within)
    await closes(client)


@pytest.mark.parametrize("call", CALLS)
async def test_what_waits_ends_when_the_client_is_closed(settings: ConsumerSettings, call: str) -> None:
    client = await Client.connect(settings=settings)
    waiting = asyncio.create_task(CALLS[call](client))
    if call in {"book", "status", "results"}:
        await asyncio.sleep(0.3)  # until it waits for an answer that doesn't come
        await closes(client)
    else:
        await asyncio.sleep(0)
        await closes(client)
    with pytest.raises(ClientClosedError):
        async with asyncio.timeout(WITHIN):
            await waiting


@pytest.mark.parametrize("call", CALLS)
async def test_a_closed_client_says_so_at_once(settings: ConsumerSettings, call: str) -> None:
    async with Client.connect(settings=settings) as client:
        pass
    began = time.monotonic()
    with pytest.raises(ClientClosedError, match=r"Connect a new one"):
        await CALLS[call](client)
    assert time.monotonic() - began < WITHIN


async def test_nothing_is_left_of_a_stream_that_is_left(settings: ConsumerSettings) -> None:
    async with Client.connect(settings=settings) as client:
        stream = client.results()
        waiting = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.3)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        del stream, waiting
        async with aclosing(client.results(count=1)) as another:
            await client._publisher.publish(_result(), settings.results_queue)  # noqa: SLF001 -- as the service does
            assert (await anext(another)).booking_id == "b"


async def test_a_client_belongs_to_its_event_loop(settings: ConsumerSettings) -> None:
    async with Client.connect(settings=settings) as client:
        with pytest.raises(ForeignLoopError, match=r"Connect one in each"):
            await asyncio.to_thread(asyncio.run, client.status("b"))


async def test_an_error_says_that_nothing_was_sent(line: tuple[Proxy, ConsumerSettings]) -> None:
    proxy, settings = line
    async with Client.connect(settings=settings) as client:
        await proxy.shut()
        await asyncio.sleep(0.5)  # until the client knows
        with pytest.raises(ResultTimeoutError, match=r"was not sent") as late:
            await client.book(TRIP, timeout=1)
    assert (late.value.sent, bool(late.value.booking_id)) == (Sent.NO, True)


async def test_the_same_object_is_the_same_booking(settings: ConsumerSettings) -> None:
    request, again = TRIP.model_copy(), TRIP.model_copy()
    async with Client.connect(settings=settings) as client:
        ids = []
        for _ in range(3):
            with pytest.raises(ResultTimeoutError, match=r"it goes on") as late:
                await client.book(request, timeout=1)
            ids.append(late.value.booking_id)
            assert late.value.sent is Sent.SAFE
        assert len(set(ids)) == 1
        assert await client.publish(request) == ids[0]
        assert await client.publish(again) != ids[0], "an equal request of its own is another booking"


async def test_a_client_waits_for_rabbitmq_if_it_is_told_to() -> None:
    nobody = str(URL("amqp://guest:guest@127.0.0.1/").with_port(free_port()))
    began = time.monotonic()
    with pytest.raises(BrokerUnreachableError):
        await Client.connect(nobody, wait=2.5)
    assert time.monotonic() - began > 2


async def test_its_connection_has_a_name(settings: ConsumerSettings) -> None:
    async with Client.connect(settings=settings, name="orders") as client, connected(settings):
        properties = client._publisher.connection.kwargs["client_properties"]  # noqa: SLF001 -- what RabbitMQ is told
    assert properties["connection_name"] == "orders"


def test_a_rejection_can_be_pickled() -> None:
    result = BookingResult(cancelled=True, result="r", user_id=None, booking_id="b", status=Status.REJECTED)
    error = BookingRejectedError(result)
    error.booking_id = "b"
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own
    assert (again.result, again.booking_id, str(again)) == (result, "b", "rejected")


def test_a_mistyped_field_is_a_mistake_in_ones_own_code_and_none_in_a_message() -> None:
    fields = {"name": "n", "car": "c", "hotel": "h", "flight": "f", "bookingId": "order-1"}
    with pytest.raises(
        TypeError, match=r"BookingRequest has no field 'bookingId'. Did you mean booking_id\?"
    ):
        BookingRequest(**fields)
    assert BookingRequest.model_validate(fields).booking_id is None


def _result() -> Any:
    result = BookingResult(cancelled=True, result="r", user_id=None, booking_id="b", status=Status.CANCELLED)
    return new_message(result.to_body(), RESULT_TYPE)
