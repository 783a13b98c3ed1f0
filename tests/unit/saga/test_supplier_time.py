"""A supplier's call ends in time and leaves the event loop to others, whatever its code does."""

import asyncio
import logging
import threading
import time

import pytest

from saga.activities import loop_watchdog
from saga.models import Booked
from saga.suppliers.supplier import SupplierCall
from tests.unit.saga.garages import Garage, PlainGarage, failure, returns, run


async def test_a_call_that_ignores_its_cancellation_ends_with_its_try(
    caplog: pytest.LogCaptureFixture,
) -> None:
    go_on = asyncio.Event()

    async def stubborn(_: SupplierCall) -> str:
        while not go_on.is_set():
            try:
                await go_on.wait()
            except asyncio.CancelledError:
                continue
        return "R-1"

    assert (await failure(Garage(stubborn), limit=0.1)).message == "No answer within 0.1 s"
    assert "Garage.book (car) goes on although its try has ended" in caplog.text
    go_on.set()


async def test_a_plain_method_may_block_and_others_go_on() -> None:
    free = threading.Event()
    blocked = asyncio.create_task(run(PlainGarage(lambda _: "R-1" if free.wait(5) else None)))
    await asyncio.sleep(0)
    assert await run(Garage(returns("R-2"))) == Booked("R-2", 1)
    assert not blocked.done()
    free.set()
    assert await blocked == Booked("R-1", 1)


async def test_a_plain_method_that_never_ends_costs_its_try_no_more_than_its_time() -> None:
    free = threading.Event()
    failed = await failure(PlainGarage(lambda _: free.wait(30)), limit=0.1)
    free.set()
    assert failed.message == "No answer within 0.1 s"


async def test_an_async_method_that_blocks_is_told_by_name_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_watchdog, "LATE", 0.2)
    monkeypatch.setattr(loop_watchdog, "_reported", set())

    class BlockingGarage(Garage):
        pass

    def block(_: SupplierCall) -> str:
        time.sleep(1.0)
        return "R-1"

    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            assert await run(BlockingGarage(block)) == Booked("R-1", 1)
    [told] = [line.getMessage() for line in caplog.records if "blocked the event loop" in line.getMessage()]
    assert told.startswith("BlockingGarage.book (car) has blocked the event loop")
    assert "test_supplier_time.py" in told
    assert "Make it a plain method" in told
