"""How a process stops: what it waits for ends, what is in flight finishes side by side, all of it in time."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator

import pytest

from voyage.runtime import process
from voyage.runtime.process import Shutdown, stop_on_signals, unless_stopped


async def test_what_is_waited_for_has_ended_when_the_process_goes_on_to_stop() -> None:
    stop, ended = asyncio.Event(), list[str]()

    async def work() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)
            ended.append("work")
        return ""

    waiting = asyncio.create_task(unless_stopped(stop, work()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    stop.set()
    assert await waiting is None
    assert ended == ["work"]


@pytest.fixture
def as_inherited() -> Iterator[Callable[[signal.Handlers], None]]:
    """Sets what a process of ours was started with for SIGHUP; puts all handlers back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)}

    def inherit(handler: signal.Handlers) -> None:
        signal.signal(signal.SIGHUP, handler)

    yield inherit
    for number, handler in before.items():
        signal.signal(number, handler)


async def test_a_terminal_that_closes_stops_a_process_as_sigterm_does_unless_nohup_began_it(
    as_inherited: Callable[[signal.Handlers], None],
) -> None:
    as_inherited(signal.SIG_IGN)
    unmoved = stop_on_signals()
    signal.raise_signal(signal.SIGHUP)
    await asyncio.sleep(0.05)
    assert not unmoved.is_set()
    as_inherited(signal.SIG_DFL)
    stop = stop_on_signals()
    signal.raise_signal(signal.SIGHUP)
    await asyncio.wait_for(stop.wait(), 5)


async def test_nothing_begins_after_a_stop() -> None:
    stop, begun = asyncio.Event(), list[str]()
    stop.set()

    async def work() -> str:
        begun.append("work")
        return "done"

    assert await unless_stopped(stop, work()) is None
    assert begun == []


async def test_a_result_that_came_all_the_same_is_given() -> None:
    stop = asyncio.Event()

    async def work() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "opened"
        return ""

    waiting = asyncio.create_task(unless_stopped(stop, work()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    stop.set()
    assert await waiting == "opened"


async def test_what_is_in_flight_finishes_side_by_side_before_anything_is_closed() -> None:
    met, done = asyncio.Barrier(3), list[str]()

    async def finish() -> None:
        await asyncio.wait_for(met.wait(), 5)  # none passes until all are here
        done.append("finished")

    async def fail() -> None:
        await met.wait()
        raise LookupError

    async with Shutdown(1) as stack:
        stack.callback(done.append, "closed")
        for call in (finish, finish, fail):
            stack.finish(call)

    assert done == ["finished", "finished", "closed"]


async def test_one_that_hangs_keeps_nothing_from_being_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MARGIN", 0.05)
    closed = asyncio.Event()

    async def hang() -> None:
        await asyncio.Event().wait()

    async with Shutdown(0) as stack:
        stack.callback(closed.set)
        stack.finish(hang)

    assert closed.is_set()


async def test_a_process_that_hangs_while_it_closes_ends_all_the_same() -> None:
    code = """
import asyncio
from voyage.runtime import process
process.MARGIN = process.LET_END = 0.1
async def main():
    async with process.Shutdown(0) as stack:
        stack.push_async_callback(asyncio.Event().wait)
asyncio.run(main())
"""
    running = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await asyncio.wait_for(running.wait(), 30) == 0
