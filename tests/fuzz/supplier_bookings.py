"""Bookings over a real server whose suppliers do anything: each ends, and what it tried is undone."""

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from saga.activities.book_and_undo import booking_activities
from saga.models import BookingOutcome, BookingPolicy, BookingStatus, BookVacationInput
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from saga.workflows.manual_intervention import ManualInterventionWorkflow
from tests.fuzz.supplier_behaviours import Plan, supplier_of
from tests.poll import eventually
from voyage.trips.tutorial import BookingRequest

WITHIN = 60.0  # seconds; a machine with much else to do takes long
LONGEST_TEXT = 800
UNHANDLED_COMMAND = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
Trip = tuple[Plan, ...]
TRIP = BookVacationInput(
    book_user_id="jane-1",
    book_car_id="c",
    book_hotel_id="h",
    book_flight_id="f",
    attempts=3,
    policy=BookingPolicy(try_timeout=5, heartbeat_timeout=5, retry_interval=0.01, undo_attempts=2),
)


class Server:
    """A worker of its own at TEMPORAL_ADDRESS; its plain legs are chosen anew for each booking."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._queue = f"fuzz-{uuid4().hex[:8]}"
        self._plans: dict[str, Plan] = {}
        self._calls: Counter[str] = Counter()
        self._workers: list[Worker] = []

    def __enter__(self) -> Self:
        self._runner.run(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.run(self._stop())
        self._runner.close()

    def book(self, trips: Sequence[Trip]) -> None:
        """Book trips side by side, their legs by these plans; raises `AssertionError` if a rule is broken."""

        async def book_all() -> None:
            await asyncio.gather(*map(self._book, trips))

        self._plans.clear()
        self._calls.clear()
        self._runner.run(book_all())

    async def _start(self) -> None:
        self._client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
        for plain in (False, True):
            supplier = supplier_of(self._plan, self._called, plain=plain)
            activities = booking_activities(dict.fromkeys(BookingRequest.declared_legs, supplier))
            self._workers.append(
                Worker(
                    self._client,
                    task_queue=f"{self._queue}-{plain}",
                    workflows=[BookingWorkflow, ManualInterventionWorkflow],
                    activities=activities,
                    workflow_runner=UnsandboxedWorkflowRunner(),
                )
            )
        self._running = [asyncio.create_task(worker.run()) for worker in self._workers]

    async def _stop(self) -> None:
        await asyncio.gather(*(worker.shutdown() for worker in self._workers))
        await asyncio.gather(*self._running)

    def _plan(self, call: SupplierCall) -> Plan:
        return self._plans[call.idempotency_key]

    def _called(self, operation: str, call: SupplierCall) -> None:
        self._calls[f"{operation} {call.idempotency_key}"] += 1

    async def _book(self, plans: Trip) -> None:
        name = f"fuzz-{uuid4().hex}"
        self._plans |= {
            f"{name}:{leg}": plan for leg, plan in zip(BookingRequest.declared_legs, plans, strict=True)
        }
        queue = f"{self._queue}-{plans[0].plain}"
        handle = await self._client.start_workflow(BookingWorkflow.run, TRIP, id=name, task_queue=queue)
        if plans[1].plain:
            await asyncio.sleep(0.03)
            await handle.signal(BookingWorkflow.cancel, "by the fuzzer")
        outcome = await self._outcome(handle)
        self._check(name, outcome)
        if outcome.status is BookingStatus.FAILED:
            await handle.signal(BookingWorkflow.settle, "by the fuzzer")
        async with asyncio.timeout(WITHIN):
            await handle.result()
        events = (await handle.fetch_history()).events
        failed = [event.workflow_task_failed_event_attributes for event in events]
        assert not [task for task in failed if task.cause not in {0, UNHANDLED_COMMAND}], failed

    async def _outcome(self, handle: Any) -> BookingOutcome:
        async def known() -> BookingOutcome | None:
            found: BookingOutcome | None = await handle.query(BookingWorkflow.outcome)
            return found

        return await eventually("the booking's outcome", known, within=WITHIN)

    def _check(self, name: str, outcome: BookingOutcome) -> None:
        for leg in outcome.legs:
            booked, undone = (self._calls[f"{what} {name}:{leg.leg}"] for what in ("book", "undo"))
            assert leg.attempts >= booked, (leg, booked)
            assert booked in {leg.attempts, 0}, (leg, booked)
            assert outcome.status is BookingStatus.BOOKED or not booked or undone, leg
            assert len(leg.error or "") <= LONGEST_TEXT
