"""What nobody asked for is an error of the library; a cancel that somebody asked for cancels."""

import asyncio
from contextlib import suppress

import pytest

from voyage.runtime.awaiting import ended_within, library_calls, stop_if_cancelled


async def given_up(answer: BaseException) -> None:
    """As aiormq answers whoever waits for a connection that it gives up."""
    future = asyncio.get_running_loop().create_future()
    future.set_exception(answer)
    with library_calls():
        await future


@pytest.mark.parametrize("answer", [asyncio.CancelledError(), Exception()], ids=["cancelled", "bare"])
async def test_what_nobody_asked_for_is_a_lost_connection(answer: BaseException) -> None:
    with pytest.raises(ConnectionAbortedError, match="gave its connection up"):
        await given_up(answer)
    with pytest.raises(ConnectionAbortedError, match="gave its connection up"):
        await ended_within(5, asyncio.gather(given_up(answer)))


async def test_an_error_with_a_meaning_stays_one() -> None:
    with pytest.raises(LookupError):
        await given_up(LookupError())


async def test_a_task_that_is_cancelled_is_cancelled() -> None:
    async def wait() -> None:
        with library_calls():
            await asyncio.Event().wait()

    for waiting in (asyncio.create_task(wait()), asyncio.create_task(ended_within(5, wait()))):
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_a_time_limit_around_it_stays_one() -> None:
    async def wait() -> None:
        async with asyncio.timeout(0.01):
            with library_calls():
                await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await wait()


async def test_work_that_does_not_end_when_it_is_told_to_is_not_waited_for() -> None:
    let_go = asyncio.Event()

    async def hangs() -> None:
        try:
            await let_go.wait()
        finally:
            await let_go.wait()

    with pytest.raises(TimeoutError, match=r"no answer within 0.01 s"):
        await ended_within(0.01, hangs())
    let_go.set()


async def test_work_that_ends_gives_what_it_has() -> None:
    async def fails() -> None:
        raise LookupError

    assert await ended_within(5, asyncio.sleep(0, "done")) == "done"
    with pytest.raises(LookupError):
        await ended_within(5, fails())


async def test_a_cancel_that_was_swallowed_still_ends_a_loop() -> None:
    begun = asyncio.Event()

    async def work() -> None:
        while True:
            stop_if_cancelled()
            with suppress(asyncio.CancelledError):
                begun.set()
                await asyncio.sleep(0.01)

    working = asyncio.create_task(work())
    await begun.wait()
    working.cancel()
    await asyncio.wait([working], timeout=5)
    assert working.cancelled()
