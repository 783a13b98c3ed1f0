"""A client without a right, or of a queue that is not there: told at once, by one type, and which it is."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from publisher import BookingRequest, Client, NotDeclaredError, NotPermittedError, Sent
from tests.acceptance.operations.conftest import NOTHING, Managed

AT_ONCE = 10.0  # seconds; a publish that is waited for takes 30
Call = Callable[[Client], Awaitable[Any]]
CALLS: dict[str, Call] = {
    "book": lambda client: client.book(BookingRequest(name="Jane", car="c", hotel="h", flight="f")),
    "publish": lambda client: client.publish(BookingRequest(name="Jane", car="c", hotel="h", flight="f")),
    "cancel": lambda client: client.cancel("b"),
    "status": lambda client: client.status("b"),
    "results": lambda client: anext(client.results()),
}


@pytest.fixture
async def client(managed: Managed) -> AsyncIterator[Client]:
    async with Client.connect(managed.world.extra["AMQP_URL"], managed.world.settings) as client:
        yield client


async def told(call: Awaitable[Any]) -> NotPermittedError:
    began = time.monotonic()
    with pytest.raises(NotPermittedError) as refused:
        async with asyncio.timeout(20):
            await call
    assert time.monotonic() - began < AT_ONCE
    return refused.value


@pytest.mark.parametrize("call", ["book", "publish", "cancel", "status"])
async def test_the_right_to_write(managed: Managed, client: Client, call: str) -> None:
    await managed.may(write=NOTHING)
    refused = await told(CALLS[call](client))
    assert "the right to write" in str(refused)
    assert refused.sent is Sent.NO
    assert refused.booking_id


@pytest.mark.parametrize("call", ["book", "status", "results"])
async def test_the_right_to_read(managed: Managed, client: Client, call: str) -> None:
    await managed.may(read=NOTHING)
    refused = await told(CALLS[call](client))
    assert "the right to read" in str(refused)
    assert managed.world.settings.results_queue in str(refused)
    await managed.may()
    assert await client.publish(BookingRequest(name="Jane", car="c", hotel="h", flight="f"))


@pytest.mark.parametrize("call", ["book", "status"])
async def test_the_right_to_configure(managed: Managed, client: Client, call: str) -> None:
    await managed.may(configure=NOTHING)
    refused = await told(CALLS[call](client))
    assert "the right to configure" in str(refused)
    assert refused.sent is Sent.NO


async def test_a_right_that_is_given_helps_the_same_client(managed: Managed, client: Client) -> None:
    await managed.may(configure=NOTHING)
    await told(CALLS["book"](client))
    await managed.may()
    consumer, _ = await asyncio.gather(managed.consumer(), managed.world.worker())
    assert (await CALLS["book"](client)).status == "booked"
    assert consumer


async def test_results_of_a_queue_that_is_not_there(client: Client) -> None:
    began = time.monotonic()
    with pytest.raises(NotDeclaredError, match=r"no queue 'nobody.knows.me'"):
        await anext(client.results("nobody.knows.me"))
    assert time.monotonic() - began < AT_ONCE
