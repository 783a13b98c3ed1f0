"""Bookings that are cancelled or run out of time, on a real Temporal server."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from saga.models import BookingStatus, LegStatus, ReasonCode
from saga.suppliers import SupplierCall
from saga.workflow import BookingWorkflow
from tests.integration.conftest import Saga


@pytest.mark.parametrize("door", ["signal", "temporal"])
async def test_a_cancel_lets_the_running_call_end_then_undoes_it(saga: Saga, door: str) -> None:
    go_on = asyncio.Event()

    async def wait(_: SupplierCall) -> None:
        await go_on.wait()

    saga.supplier.on["book hotel"] = wait
    handle = await saga.start()
    await saga.supplier.begun("book hotel").wait()
    await (handle.signal(BookingWorkflow.cancel, "changed my mind") if door == "signal" else handle.cancel())
    go_on.set()
    outcome = await handle.result()

    assert saga.supplier.calls == ["book car", "book hotel", "undo hotel", "undo car"]
    assert outcome.status is BookingStatus.CANCELLED
    assert outcome.reason
    assert outcome.reason.code is ReasonCode.CANCELLED_BY_REQUEST


async def test_a_cancel_during_the_undo_does_not_cut_it_short(saga: Saga) -> None:
    go_on = asyncio.Event()

    async def wait(_: SupplierCall) -> None:
        await go_on.wait()

    saga.supplier.on["undo hotel"] = wait
    handle = await saga.start(hotel="invalid")
    await saga.supplier.begun("undo hotel").wait()
    await handle.cancel()
    await handle.cancel()
    go_on.set()
    outcome = await handle.result()

    assert saga.supplier.calls[-1] == "undo car"
    assert outcome.reason
    assert outcome.reason.code is ReasonCode.REFUSED


async def test_a_deadline_stops_the_tries_in_time_to_undo(saga: Saga) -> None:
    saga.be_patient(retry_interval=0.2, retry_interval_limit=0.2, undo_budget=1)
    deadline = datetime.now(UTC) + timedelta(seconds=2)
    outcome = await (await saga.start(hotel="down", attempts=100, deadline=deadline)).result()

    assert outcome.status is BookingStatus.CANCELLED
    assert outcome.reason
    assert outcome.reason.code is ReasonCode.DEADLINE
    assert saga.supplier.calls[-2:] == ["undo hotel", "undo car"]
    assert saga.supplier.calls.count("book hotel") < 20


async def test_a_deadline_already_past_books_nothing(saga: Saga) -> None:
    outcome = await (await saga.start(deadline=datetime.now(UTC) - timedelta(seconds=1))).result()

    assert saga.supplier.calls == []
    assert outcome.status is BookingStatus.CANCELLED
    assert {leg.status for leg in outcome.legs} == {LegStatus.NOT_TRIED}
