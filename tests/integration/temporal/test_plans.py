"""A booking's own plan: groups, optional legs, a leg's own patience, and one that can't be undone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import uuid4

import pytest
from pydantic import BaseModel
from temporalio.client import Client

from saga.models import (
    BookingInput,
    BookingOutcome,
    BookingPolicy,
    BookingStatus,
    PlannedLeg,
    ReasonCode,
)
from saga.settings import WorkerSettings
from saga.suppliers.supplier import SupplierCall
from saga.worker import build
from saga.workflows.booking import BookingWorkflow
from tests.integration.conftest import Handle
from tests.suppliers import RecordingSupplier
from voyage import Leg, Trip

POLICY = BookingPolicy(retry_interval=0.02, try_timeout=5, heartbeat_timeout=2, undo_attempts=2)


class Jeep(BaseModel):
    seats: int


class Safari(Trip):
    jeep: Annotated[Jeep, Leg()]
    lodge: Annotated[str, Leg(together="stay")]
    guide: Annotated[str | None, Leg(together="stay")] = None
    voucher: Annotated[str, Leg(undo=False)]


JEEP: PlannedLeg = {"name": "jeep", "item": {"seats": 4}, "words": "4 seats"}
LODGE: PlannedLeg = {"name": "lodge", "item": "l", "together": "stay"}
GUIDE: PlannedLeg = {"name": "guide", "item": "g", "together": "stay"}
VOUCHER: PlannedLeg = {"name": "voucher", "item": "v", "undo": False}
PLAN = (JEEP, LODGE, GUIDE, VOUCHER)


@dataclass
class Booked:
    """A worker of that trip, and the supplier of all its legs."""

    client: Client
    task_queue: str = field(default_factory=lambda: f"test-{uuid4().hex[:8]}")
    supplier: RecordingSupplier = field(default_factory=RecordingSupplier)

    async def start(self, *plan: PlannedLeg, **given: Any) -> Handle:
        booking = BookingInput(book_user_id="jane-1", plan=list(plan or PLAN), policy=POLICY, **given)
        name = f"test-{uuid4().hex}"
        return await self.client.start_workflow(
            BookingWorkflow.run, booking, id=name, task_queue=self.task_queue
        )

    async def outcome(self, *plan: PlannedLeg, **given: Any) -> BookingOutcome:
        return await (await self.start(*plan, **given)).result()


@pytest.fixture
async def safari(temporal: Client) -> AsyncIterator[Booked]:
    booked = Booked(temporal)
    settings = WorkerSettings(trip=Safari, task_queue=booked.task_queue, sandboxed=True)
    suppliers = dict.fromkeys(Safari.declared_legs, booked.supplier)
    async with build(temporal, settings, suppliers):
        yield booked


def statuses(outcome: BookingOutcome) -> list[str]:
    return [f"{leg.leg} {leg.status.value}" for leg in outcome.legs]


async def test_the_legs_of_a_group_are_booked_and_undone_at_the_same_time(safari: Booked) -> None:
    waiting = {name: safari.supplier.hold(f"{name}") for name in ("book lodge", "undo guide")}
    handle = await safari.start(JEEP, LODGE, GUIDE, {**VOUCHER, "item": "invalid"})
    async with asyncio.timeout(20):
        await safari.supplier.begun("book guide").wait()
        assert "book lodge" in safari.supplier.calls, "the guide didn't wait for the lodge"
        waiting["book lodge"].set()
        await safari.supplier.begun("undo lodge").wait()
        assert "undo jeep" not in safari.supplier.calls, "an earlier group is undone after this one"
        waiting["undo guide"].set()
        outcome = await handle.result()

    assert statuses(outcome) == ["jeep undone", "lodge undone", "guide undone", "voucher refused"]
    assert safari.supplier.calls[-1] == "undo jeep"


async def test_what_is_under_way_beside_a_leg_that_fails_is_let_finish(safari: Booked) -> None:
    go_on = safari.supplier.hold("book lodge")
    handle = await safari.start(JEEP, LODGE, {**GUIDE, "item": "invalid"}, VOUCHER)
    async with asyncio.timeout(20):
        await safari.supplier.begun("book lodge").wait()
        await safari.supplier.begun("book guide").wait()
        go_on.set()
        outcome = await handle.result()

    assert statuses(outcome) == ["jeep undone", "lodge undone", "guide refused", "voucher not_tried"]
    assert outcome.legs[1].reference, "it was booked before it was undone"
    assert outcome.reason
    assert outcome.reason.leg == "guide"


async def test_a_supplier_is_given_the_value_as_the_trip_declares_it(safari: Booked) -> None:
    seen: list[SupplierCall] = []

    async def look(call: SupplierCall) -> None:
        seen.append(call)

    safari.supplier.on["book jeep"] = look
    outcome = await safari.outcome(details={"name": "Jane"})

    assert outcome.result.startswith("Booked jeep: 4 seats Booked lodge: l")
    assert (seen[0].item, seen[0].details) == (Jeep(seats=4), {"name": "Jane"})


async def test_a_leg_may_be_more_patient_than_the_others(safari: Booked) -> None:
    outcome = await safari.outcome({**LODGE, "item": "flaky", "attempts": 4}, attempts=1)
    assert (outcome.status, outcome.legs[0].attempts) == (BookingStatus.BOOKED, 4)


@pytest.mark.parametrize("late", ["a cancel", "the deadline"])
async def test_what_comes_when_the_leg_that_cant_be_undone_has_begun_is_too_late(
    safari: Booked, late: str
) -> None:
    go_on = safari.supplier.hold("book voucher")
    deadline = datetime.now(UTC) + timedelta(seconds=6)
    given = {} if late == "a cancel" else {"deadline": deadline}
    handle = await safari.start(JEEP, VOUCHER, **given)
    async with asyncio.timeout(20):
        await safari.supplier.begun("book voucher").wait()
        if late == "a cancel":
            await handle.signal(BookingWorkflow.cancel, "too late")
        else:
            await asyncio.sleep((deadline - datetime.now(UTC)).total_seconds())
        go_on.set()
        outcome = await handle.result()
    assert statuses(outcome) == ["jeep booked", "voucher booked"]


async def test_a_leg_that_cant_be_undone_and_may_be_booked_needs_a_person(safari: Booked) -> None:
    handle = await safari.start(JEEP, {**VOUCHER, "item": "down"}, attempts=2)
    async with asyncio.timeout(20):
        while not (outcome := await handle.query(BookingWorkflow.outcome)):
            await asyncio.sleep(0.05)
    assert outcome.status is BookingStatus.FAILED
    assert statuses(outcome) == ["jeep undone", "voucher undo_failed"]
    assert "undo voucher" not in safari.supplier.calls

    await handle.signal(BookingWorkflow.settle, "The supplier knows of none")
    settled = await handle.result()
    assert (settled.status, settled.revision) == (BookingStatus.CANCELLED, 2)


async def test_a_leg_that_cant_be_undone_and_is_refused_was_never_booked(safari: Booked) -> None:
    outcome = await safari.outcome(JEEP, {**VOUCHER, "item": "invalid"})
    assert (outcome.status, statuses(outcome)) == (
        BookingStatus.CANCELLED,
        ["jeep undone", "voucher refused"],
    )


@pytest.mark.parametrize("plan", [[], [{"name": "jeep"}]])
async def test_a_booking_without_what_to_book_says_so(
    temporal: Client, plan: Sequence[Any], safari: Booked
) -> None:
    booking = BookingInput(book_user_id="jane-1", plan=list(plan))
    handle = await temporal.start_workflow(
        BookingWorkflow.run, booking, id=f"test-{uuid4().hex}", task_queue=safari.task_queue
    )
    with pytest.raises(Exception, match="failed") as failed:
        await handle.result()
    assert "needs a plan" in str(failed.value.__cause__)


async def test_a_cancel_stops_every_leg_of_a_group(safari: Booked) -> None:
    handle = await safari.start(JEEP, {**LODGE, "item": "down"}, {**GUIDE, "item": "down"}, attempts=100)
    async with asyncio.timeout(20):
        await safari.supplier.begun("book guide").wait()
        await handle.signal(BookingWorkflow.cancel, "changed plans")
        outcome = await handle.result()
    assert statuses(outcome) == ["jeep undone", "lodge undone", "guide undone"]
    assert outcome.reason
    assert outcome.reason.code is ReasonCode.CANCELLED_BY_REQUEST
    assert all(leg.attempts for leg in outcome.legs)
