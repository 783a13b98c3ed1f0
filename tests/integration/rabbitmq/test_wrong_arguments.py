"""What an application gives to a call by mistake is told at once, and nothing is taken or sent for it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from consumer.settings import ConsumerSettings
from publisher import BlockingClient, BookingRequest, BookingResult, Client, SettingsError
from tests.integration.rabbitmq.some_results import all_in, put_numbers

TRIP = BookingRequest(name="Jane", car="c", hotel="h", flight="f", booking_id="b")
MANY = "book_many takes requests such as BookingRequest(…)"
Call = Callable[[Any], Any]


async def coroutine_function(_: BookingResult) -> None: ...


def plain(_: BookingResult) -> None: ...


WRONG: list[tuple[Call, type[Exception], str]] = [
    (lambda c: c.handle(None), TypeError, "handle takes a function that is given each result, not None"),
    (lambda c: c.handle(plain, concurrency=0), ValueError, "concurrency takes 1 to 65535, not 0"),
    (lambda c: c.handle(plain, concurrency=2.5), TypeError, "concurrency takes a whole number, not 2.5"),
    (lambda c: c.handle(plain, tries="3"), TypeError, "tries takes a whole number, not '3'"),
    (lambda c: c.handle(plain, prefetch=70_000), ValueError, "prefetch takes 1 to 65535, not 70000"),
    (lambda c: c.results(prefetch=0), ValueError, "prefetch takes 1 to 65535, not 0"),
    (lambda c: c.results(tries=0), ValueError, "tries takes 1 to 65535, not 0"),
    (lambda c: c.results(timeout="3"), TypeError, "timeout takes seconds, not '3'"),
    (lambda c: c.book(TRIP, timeout=0), ValueError, "timeout takes more than 0 seconds, not 0"),
    (lambda c: c.book(TRIP, timeout=float("nan")), ValueError, "timeout takes more than 0 seconds, not nan"),
    (lambda c: c.status("b", timeout=-1), ValueError, "timeout takes more than 0 seconds, not -1"),
    (lambda c: c.watch("b", every=0), ValueError, "every takes more than 0 seconds, not 0"),
    (lambda c: c.book_many([TRIP], concurrency=0), ValueError, "concurrency takes 1 to 65535, not 0"),
    (lambda c: c.book_many([{"name": "J"}]), TypeError, f"{MANY}, not dict"),
    (lambda c: c.book_many(TRIP), TypeError, f"{MANY}, not tuple"),
]
WORDS = [words for _, _, words in WRONG]


async def ended(answer: Any) -> None:
    """What a call gives, waited for to its first item or its end."""
    async with asyncio.timeout(5):
        await (anext(answer) if hasattr(answer, "__anext__") else answer)


@pytest.mark.parametrize(("call", "error", "words"), WRONG, ids=WORDS)
async def test_a_client_says_what_it_takes(
    client: Client, call: Call, error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as told:
        await ended(call(client))
    assert str(told.value) == words


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(("call", "error", "words"), WRONG, ids=WORDS)
async def test_a_blocking_client_says_the_same(
    settings: ConsumerSettings, call: Call, error: type[Exception], words: str
) -> None:
    def work() -> None:
        with BlockingClient.connect(settings=settings) as client, pytest.raises(error) as told:
            next(call(client))
        assert str(told.value) == words

    await asyncio.to_thread(work)


async def test_a_wait_that_is_none_is_told_before_anything_is_connected() -> None:
    with pytest.raises(ValueError, match="wait takes 0 or more seconds, not -1"):
        Client.connect(wait=-1)


async def test_a_queue_that_holds_no_results_is_left_alone(
    client: Client, settings: ConsumerSettings
) -> None:
    await client.publish(TRIP)
    with pytest.raises(SettingsError, match="holds no results"):
        await client.handle(coroutine_function, settings.requests_queue)
    with pytest.raises(SettingsError, match="holds no results"):
        client.results(settings.requests_queue)
    assert len(await all_in(settings, settings.requests_queue)) == 1


async def test_the_blocking_client_takes_no_coroutine_function(
    settings: ConsumerSettings, client: Client
) -> None:
    await put_numbers(settings, range(3))

    def work() -> None:
        with BlockingClient.connect(settings=settings) as blocking:
            blocking.handle(coroutine_function)

    with pytest.raises(TypeError, match="a plain function"):
        await asyncio.to_thread(work)
    assert len([answer async for answer in client.results(count=3)]) == 3


async def test_the_async_client_takes_a_plain_function_too(
    settings: ConsumerSettings, client: Client
) -> None:
    await put_numbers(settings, range(3))
    seen, done = list[str | None](), asyncio.Event()

    def note(answer: BookingResult) -> Any:
        seen.append(answer.booking_id)
        if len(seen) == 3:
            done.set()

    handling = asyncio.create_task(client.handle(note))
    await asyncio.wait_for(done.wait(), 20)
    handling.cancel()
    await asyncio.wait([handling])
    assert sorted(map(str, seen)) == ["b-0", "b-1", "b-2"]
    assert await all_in(settings, settings.results_queue) == []
