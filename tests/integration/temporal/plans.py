"""Workers of any trip on one task queue, and bookings with a plan of their own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from temporalio.client import Client

from saga.models import AnyBooking, BookingInput, BookingOutcome, BookingPolicy, PlannedLeg
from saga.settings import WorkerSettings
from saga.worker import build
from saga.workflows.booking import BookingWorkflow
from tests.integration.conftest import Handle
from tests.poll import eventually
from tests.suppliers import RecordingSupplier
from voyage import Trip

POLICY = BookingPolicy(retry_interval=0.02, try_timeout=20, heartbeat_timeout=20, undo_attempts=2)


@dataclass
class Workers:
    """A task queue, and one supplier of every leg, whichever worker asks it."""

    address: str
    client: Client
    task_queue: str = field(default_factory=lambda: f"test-{uuid4().hex[:8]}")
    supplier: RecordingSupplier = field(default_factory=RecordingSupplier)

    @asynccontextmanager
    async def of(self, trip: type[Trip]) -> AsyncIterator[None]:
        """A worker of this trip, with a connection of its own as another process has."""
        settings = WorkerSettings(trip=trip, task_queue=self.task_queue, sandboxed=True)
        client = await Client.connect(self.address)
        async with build(client, settings, dict.fromkeys(trip.declared_legs, self.supplier)):
            yield

    async def start(self, plan: Sequence[PlannedLeg], **given: Any) -> Handle:
        """Start a booking with this plan."""
        return await self.begin(
            BookingInput(**{"book_user_id": "jane-1", "plan": list(plan), "policy": POLICY, **given})
        )

    async def begin(self, booking: AnyBooking) -> Handle:
        """Start this booking."""
        return await self.client.start_workflow(
            BookingWorkflow.run, booking, id=f"test-{uuid4().hex}", task_queue=self.task_queue
        )

    async def eventually_failed(self, handle: Handle) -> BookingOutcome:
        """What is told of a booking that needs a person."""
        return await eventually("it to need a person", lambda: handle.query(BookingWorkflow.outcome))


def planned(*names: str, **more: Any) -> list[PlannedLeg]:
    """Legs whose items are called as they are; `more` is for the last."""
    plan: list[Any] = [{"name": name, "item": f"a {name}"} for name in names]
    plan[-1] |= more
    return plan


def statuses(outcome: BookingOutcome) -> list[str]:
    """Each leg and where it stands."""
    return [f"{leg.leg} {leg.status.value}" for leg in outcome.legs]


async def attempt(handle: Handle, activity: str) -> int:
    """The number of the try that a pending activity is at, or 0."""
    pending = (await handle.describe()).raw_description.pending_activities
    return next((one.attempt for one in pending if one.activity_type.name == activity), 0)


async def times_failed(handle: Handle, activity: str) -> int:
    """How many calls of this activity have failed for good."""
    events = (await handle.fetch_history()).events
    names = {
        event.event_id: event.activity_task_scheduled_event_attributes.activity_type.name for event in events
    }
    ids = [event.activity_task_failed_event_attributes.scheduled_event_id for event in events]
    return sum(names.get(one) == activity for one in ids)
