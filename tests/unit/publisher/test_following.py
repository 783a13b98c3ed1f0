"""Watching one booking, and booking many, over the fake."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from publisher import Booked, BookingRequest, Client, PublishTimeoutError, ResultTimeoutError, Sent, Status
from tests.poll import eventually
from voyage.testing import FakeVoyage


def trips(count: int) -> list[BookingRequest]:
    return [
        BookingRequest(name="J", car="c", hotel="h", flight="f", booking_id=f"b-{n}") for n in range(count)
    ]


@pytest.fixture
def voyage() -> FakeVoyage:
    return FakeVoyage(publish_timeout=0.05)


@pytest.fixture
async def client(voyage: FakeVoyage) -> AsyncIterator[Client]:
    async with voyage.connect() as client:
        yield client


async def test_a_booking_is_watched_from_before_it_comes_until_it_has_ended(
    voyage: FakeVoyage, client: Client
) -> None:
    voyage.is_slow()
    seen: list[Status] = []

    async def look() -> None:
        nonlocal seen
        async for now in client.watch("b-0", every=0.01):
            seen = [*seen, now.status]

    watching = asyncio.create_task(look())
    await eventually("the first look", lambda: seen == [Status.UNKNOWN_BOOKING])
    async with voyage.connect() as another:
        await another.publish(trips(1)[0])
    await eventually("the booking to run", lambda: Status.RUNNING in seen)
    voyage.goes_on()
    await watching
    assert seen == [Status.UNKNOWN_BOOKING, Status.RUNNING, Status.BOOKED]


async def test_watching_survives_an_outage_and_says_when_nobody_answers(
    voyage: FakeVoyage, client: Client
) -> None:
    voyage.is_slow()
    await client.publish(trips(1)[0])
    async with aclosing(client.watch("b-0", every=0.01, timeout=0.2)) as changes:
        assert (await anext(changes)).status is Status.RUNNING
        voyage.loses_rabbitmq()
        with pytest.raises((ResultTimeoutError, PublishTimeoutError)):
            await anext(changes)


async def test_many_are_booked_and_no_more_than_so_many_at_a_time(voyage: FakeVoyage, client: Client) -> None:
    voyage.is_slow()
    ends: list[Booked] = []

    async def book() -> None:
        nonlocal ends
        async for ended in client.book_many(iter(trips(25)), concurrency=10):
            ends = [*ends, ended]

    booking = asyncio.create_task(book())
    await eventually("the first ten to be sent", lambda: len(voyage.requests) == 10)
    await asyncio.sleep(0.1)
    assert len(voyage.requests) == 10
    voyage.goes_on()
    await booking
    assert {ended.booking_id for ended in ends} == {f"b-{n}" for n in range(25)}
    assert all(ended.result and ended.result.status is Status.BOOKED for ended in ends)


async def test_a_run_that_was_left_is_run_again_and_books_once(client: Client) -> None:
    async with aclosing(client.book_many(trips(10), concurrency=2)) as ends:
        first = await anext(ends)
    again = [ended async for ended in client.book_many(trips(10))]
    assert len(again) == 10
    repeated = [ended.booking_id for ended in again if ended.result and ended.result.duplicate]
    assert first.booking_id in repeated


async def test_an_outage_ends_no_run(voyage: FakeVoyage, client: Client) -> None:
    voyage.loses_rabbitmq()
    asyncio.get_running_loop().call_later(0.4, voyage.rabbitmq_is_back)
    ends = [ended async for ended in client.book_many(trips(5))]
    assert [ended.error for ended in ends] == [None] * 5


async def test_what_has_no_result_in_time_says_whether_it_was_sent(
    voyage: FakeVoyage, client: Client
) -> None:
    async def rows() -> AsyncIterator[BookingRequest]:
        voyage.confirms_nothing()
        yield trips(1)[0]

    await client.book(trips(2)[1])
    (ended,) = [ended async for ended in client.book_many(rows(), timeout=0.3)]
    assert ended.error
    assert (ended.result, ended.error.sent, ended.error.booking_id) == (None, Sent.MAYBE, "b-0")


async def test_what_is_late_says_the_time_of_all_its_tries_and_which_server_is_away(
    voyage: FakeVoyage, client: Client
) -> None:
    voyage.is_slow()
    (ended,) = [ended async for ended in client.book_many(trips(1), timeout=0.5)]
    assert str(ended.error).startswith("No result for booking 'b-0'; it goes on.")
    assert str(ended.error).endswith("(0.5 s have passed.)")
    await client.publish(trips(1)[0])
    asyncio.get_running_loop().call_later(0.1, voyage.loses_rabbitmq)
    with pytest.raises(ResultTimeoutError, match="RabbitMQ is away: no result for booking 'b-1'"):
        await client.book(trips(2)[1], timeout=0.3)


async def test_rejected_and_refused_requests_have_results_like_others(
    voyage: FakeVoyage, client: Client
) -> None:
    await client.book(trips(1)[0])
    voyage.refuses("hotel", times=1)
    refused = trips(2)[1]
    conflicting = trips(1)[0].model_copy(update={"car": "another"})
    ends = {
        ended.booking_id: ended async for ended in client.book_many([refused, conflicting], concurrency=1)
    }
    statuses = {booking_id: ended.result and ended.result.status for booking_id, ended in ends.items()}
    assert statuses == {"b-1": Status.CANCELLED, "b-0": Status.REJECTED}


async def test_a_request_without_an_id_is_a_mistake(client: Client) -> None:
    nameless = BookingRequest(name="J", car="c", hotel="h", flight="f")
    with pytest.raises(ValueError, match="booking_id"):
        await anext(client.book_many([nameless]))
