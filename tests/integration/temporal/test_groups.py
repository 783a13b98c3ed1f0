"""Legs that are booked at the same time, and what comes between: a refusal, a cancel, an undo that fails."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.activities.tries import count_tries
from saga.models import BookingStatus, LegStatus, ReasonCode
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from tests.integration.conftest import Handle
from tests.integration.temporal.plans import Workers, planned, statuses
from tests.poll import eventually
from voyage import Leg, Trip, devstack


class Safari(Trip):
    jeep: Annotated[str, Leg()]
    lodge: Annotated[str, Leg(together="stay")]
    guide: Annotated[str | None, Leg(together="stay")] = None


def stay(lodge: str = "a lodge", guide: str = "a guide", **more: Any) -> list[Any]:
    plan: list[Any] = planned("jeep", "lodge", "guide")
    plan[1] |= {"item": lodge, "together": "stay", **more}
    plan[2] |= {"item": guide, "together": "stay", **more}
    return plan


@pytest.fixture
async def workers(servers: devstack.Servers, temporal: Client) -> AsyncIterator[Workers]:
    workers = Workers(servers.temporal_address, temporal)
    async with workers.of(Safari):
        yield workers


async def test_one_that_is_refused_ends_the_tries_of_the_other(workers: Workers) -> None:
    go_on = workers.supplier.hold("book guide")
    handle = await workers.start(stay(lodge="down", guide="invalid", attempts=1000))
    async with asyncio.timeout(20):
        await workers.supplier.begun("book lodge").wait()
        await eventually("some tries", lambda: workers.supplier.calls.count("book lodge") > 2)
        go_on.set()
        outcome = await handle.result()
    assert statuses(outcome) == ["jeep undone", "lodge undone", "guide refused"]
    assert outcome.reason
    assert (outcome.reason.code, outcome.reason.leg) == (ReasonCode.REFUSED, "guide")
    assert outcome.legs[1].attempts > 2


@pytest.mark.parametrize("how", ["a message", "Temporal", "the deadline"])
async def test_a_stop_lets_the_running_try_of_each_end(workers: Workers, how: str) -> None:
    waiting = [workers.supplier.hold(f"book {leg}") for leg in ("lodge", "guide")]
    soon = datetime.now(UTC) + timedelta(seconds=8)
    handle = await workers.start(stay(), deadline=soon if how == "the deadline" else None)
    async with asyncio.timeout(20):
        for leg in ("lodge", "guide"):
            await workers.supplier.begun(f"book {leg}").wait()
        if how == "a message":
            await handle.signal(BookingWorkflow.cancel, "changed plans")
        elif how == "Temporal":
            await handle.cancel()
        await eventually("the stop to reach both", lambda: cancels_asked_for(handle, 2))
        waiting[0].set()
        await eventually("the lodge to be booked", lambda: is_booked(handle, "lodge"))
        assert not any(call.startswith("undo") for call in workers.supplier.calls)
        waiting[1].set()
        outcome = await handle.result()
    assert statuses(outcome) == ["jeep undone", "lodge undone", "guide undone"]
    assert all(leg.reference for leg in outcome.legs), "each was booked before it was undone"
    assert workers.supplier.calls[-1] == "undo jeep"


@pytest.mark.parametrize("how", ["a message", "Temporal"])
async def test_a_stop_in_one_task_with_the_end_of_one_of_them(
    servers: devstack.Servers, temporal: Client, how: str
) -> None:
    workers = Workers(servers.temporal_address, temporal)
    waiting = {leg: workers.supplier.hold(f"book {leg}") for leg in ("lodge", "guide")}
    suppliers = dict.fromkeys(Safari.declared_legs, workers.supplier)
    activities = Worker(
        temporal, task_queue=workers.task_queue, activities=booking_activities(suppliers, Safari)
    )
    address = servers.temporal_address
    async with asyncio.timeout(30), activities:
        async with workflows_of(await Client.connect(address), workers.task_queue):
            handle = await workers.start(stay())
            for leg in waiting:
                await workers.supplier.begun(f"book {leg}").wait()
        if how == "a message":
            await handle.signal(BookingWorkflow.cancel, "changed plans")
        else:
            await handle.cancel()
        waiting["lodge"].set()
        await eventually("the lodge's call to end", lambda: has_ended(handle, "lodge"))
        async with workflows_of(await Client.connect(address), workers.task_queue):
            await eventually("the stop to reach the guide", lambda: cancels_asked_for(handle, 1))
            waiting["guide"].set()
            outcome = await handle.result()
    assert statuses(outcome) == ["jeep undone", "lodge undone", "guide undone"]
    assert outcome.legs[2].reference
    assert all(leg.attempts == 1 for leg in outcome.legs)


async def test_a_person_helps_with_several_at_once(workers: Workers) -> None:
    go_on, broken = asyncio.Event(), True

    async def undo(_: SupplierCall) -> None:
        if broken:
            raise RuntimeError("no way back")
        await go_on.wait()

    workers.supplier.on |= {"undo lodge": undo, "undo guide": undo}
    wait = workers.supplier.hold("book guide")
    handle = await workers.start(stay())
    async with asyncio.timeout(30):
        await workers.supplier.begun("book guide").wait()
        await handle.signal(BookingWorkflow.cancel, "changed plans")
        await eventually("the stop to reach it", lambda: cancels_asked_for(handle, 1))
        wait.set()
        failed = await workers.eventually_failed(handle)
        assert failed.status is BookingStatus.FAILED
        broken = False
        for leg in ("lodge", "guide"):
            workers.supplier.started.pop(f"undo {leg}", None)
        await handle.signal(BookingWorkflow.retry_undo)
        for leg in ("lodge", "guide"):  # at the same time, as neither ends before both have begun
            await workers.supplier.begun(f"undo {leg}").wait()
        go_on.set()
        outcome = await handle.result()
    assert statuses(outcome) == ["jeep undone", "lodge undone", "guide undone"]
    assert (outcome.status, outcome.revision) == (BookingStatus.CANCELLED, 2)


def workflows_of(client: Client, task_queue: str) -> Worker:
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[BookingWorkflow],
        activities=[count_tries],
        no_remote_activities=True,
        max_cached_workflows=0,
    )


async def cancels_asked_for(handle: Handle, times: int) -> bool:
    events = (await handle.fetch_history()).events
    return sum(event.HasField("activity_task_cancel_requested_event_attributes") for event in events) >= times


async def has_ended(handle: Handle, leg: str) -> bool:
    pending = (await handle.describe()).raw_description.pending_activities
    return all(one.activity_type.name != f"book_{leg}" for one in pending)


async def is_booked(handle: Handle, leg: str) -> bool:
    legs = {one.leg: one.status for one in await handle.query(BookingWorkflow.legs)}
    return legs[leg] is LegStatus.BOOKED
