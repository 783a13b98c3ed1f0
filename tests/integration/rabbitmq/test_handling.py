"""Several results at a time by a callback: acked when it returns, tried again when it fails."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from consumer.settings import ConsumerSettings
from publisher import BookingResult, Client, ClientClosedError
from tests.chaos.environment import variables
from tests.integration.rabbitmq.some_results import all_in, put_numbers
from tests.poll import eventually

Callback = Callable[[BookingResult], Awaitable[object]]


@asynccontextmanager
async def handled(
    client: Client, callback: Callback, *, concurrency: int = 10, tries: int = 10
) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(client.handle(callback, concurrency=concurrency, tries=tries))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, ClientClosedError):
            await task


async def test_so_many_at_a_time_and_no_more(client: Client, settings: ConsumerSettings) -> None:
    await put_numbers(settings, range(30))
    done, at_once, most = list[str | None](), 0, 0

    async def note(answer: BookingResult) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.05)
        at_once -= 1
        done.append(answer.booking_id)

    async with handled(client, note, concurrency=5):
        await eventually("all", lambda: len(done) == 30)
    assert (most, len(set(done))) == (5, 30)
    assert await all_in(settings, settings.results_queue) == []


async def test_one_that_fails_is_tried_again_later_and_set_aside_with_its_error(
    client: Client, settings: ConsumerSettings
) -> None:
    await put_numbers(settings, range(20))
    calls = Counter[str | None]()

    async def fail_one(answer: BookingResult) -> None:
        calls[answer.booking_id] += 1
        if answer.booking_id == "b-3":
            raise ValueError("no room")

    async with handled(client, fail_one, concurrency=1, tries=3):
        [parked] = await eventually("parked", lambda: all_in(settings, settings.parked_queue))
    assert calls == Counter({f"b-{number}": 1 for number in range(20)}) + Counter({"b-3": 2})
    assert parked.headers["x-error"] == "ValueError: no room (3 tries)"
    assert (parked.message_id, parked.headers["x-reply-to"]) == ("m-3", settings.results_queue)


async def test_all_that_fail_pause_and_are_not_lost(client: Client, settings: ConsumerSettings) -> None:
    await put_numbers(settings, range(30))
    calls = Counter[str | None]()
    is_broken = True

    async def fail(answer: BookingResult) -> None:
        calls[answer.booking_id] += 1
        if is_broken:
            raise OSError("the database is away")

    async with handled(client, fail):
        await asyncio.sleep(3)
        assert calls.total() < 100, "a pause follows each failure"
        is_broken = False
        before = set(calls)
        calls.clear()
        await eventually("all", lambda: len(calls) == 30)
    assert before <= set(calls)
    assert await all_in(settings, settings.parked_queue) == []


async def test_closing_lets_callbacks_end(client: Client, settings: ConsumerSettings) -> None:
    await put_numbers(settings, range(3))
    begun, ended = list[str | None](), list[str | None]()

    async def slow(answer: BookingResult) -> None:
        begun.append(answer.booking_id)
        await asyncio.sleep(1)
        ended.append(answer.booking_id)

    async with handled(client, slow) as task:
        await eventually("begun", lambda: len(begun) == 3)
        await client.close()
        with pytest.raises(ClientClosedError):
            await task
    assert sorted(ended, key=str) == ["b-0", "b-1", "b-2"]
    assert await all_in(settings, settings.results_queue) == []


PROGRAM = """
import asyncio
from publisher import Client

async def slow(result):
    print(result.booking_id, flush=True)
    await asyncio.sleep(60)

async def main():
    async with Client.connect() as client:
        await client.handle(slow)

asyncio.run(main())
"""


async def test_a_kill_loses_nothing(client: Client, settings: ConsumerSettings) -> None:
    await put_numbers(settings, range(10))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, env={**os.environ, **variables(settings)}, stdout=PIPE
    )
    assert process.stdout
    printed = [await asyncio.wait_for(process.stdout.readline(), 20) for _ in range(10)]
    process.kill()
    await process.wait()
    again = {answer.booking_id async for answer in client.results(count=10)}
    assert again == {line.decode().strip() for line in printed}
