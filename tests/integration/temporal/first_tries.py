"""Bookings whose first tries are local activities, and what Temporal has of them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from temporalio.client import Client
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.activities.local_reply import LocalReplies
from saga.activities.unserved import LeaveToOthers
from saga.models import BookingInput, BookingPolicy, BookVacationInput
from saga.settings import WorkerSettings
from saga.worker import build
from saga.workflows.booking import BookingWorkflow
from saga.workflows.manual_intervention import ManualInterventionWorkflow
from tests.integration.conftest import Handle
from tests.integration.temporal_workers import ANSWER, REPLIES, Answering
from tests.suppliers import RecordingSupplier
from voyage import Trip
from voyage.trips.tutorial import BookingRequest

POLICY = BookingPolicy(retry_interval=0.02, try_timeout=5, heartbeat_timeout=2, undo_attempts=2, fast_legs=1)
TRIP = BookVacationInput(
    book_user_id="jane-1", book_car_id="c", book_hotel_id="h", book_flight_id="f", policy=POLICY
)


@dataclass
class Fast:
    """A task queue of its own, and one supplier of every leg, whichever worker asks it."""

    address: str
    client: Client
    supplier: RecordingSupplier = field(default_factory=RecordingSupplier)
    task_queue: str = field(default_factory=lambda: f"test-{uuid4().hex[:8]}")
    trip: type[Trip] = BookingRequest

    @asynccontextmanager
    async def worker(self, *activities: Callable[..., Any], **options: Any) -> AsyncIterator[Worker]:
        """A worker with a connection of its own, as another process has."""
        client = await Client.connect(self.address)
        suppliers = dict.fromkeys(self.trip.declared_legs, self.supplier)
        async with Worker(
            client,
            task_queue=self.task_queue,
            workflows=[BookingWorkflow, ManualInterventionWorkflow],
            activities=[*booking_activities(suppliers, self.trip), LocalReplies({}).reply, *activities],
            interceptors=[LeaveToOthers(self.trip.declared_legs)],
            **options,
        ) as worker:
            yield worker

    @asynccontextmanager
    async def answering(self, here: Answering) -> AsyncIterator[None]:
        """A worker that replies by itself."""
        client = await Client.connect(self.address)
        settings = WorkerSettings(trip=self.trip, task_queue=self.task_queue)
        suppliers = dict.fromkeys(self.trip.declared_legs, self.supplier)
        async with build(client, settings, suppliers, {ANSWER: here.answer}):
            yield

    @asynccontextmanager
    async def replies(self, elsewhere: Answering) -> AsyncIterator[None]:
        """Whoever replies if the worker can't."""
        async with Worker(self.client, task_queue=REPLIES, activities=[elsewhere.answer]):
            yield

    async def start(self, booking: BookingInput = TRIP, **given: Any) -> Handle:
        """Start a booking."""
        return await self.client.start_workflow(
            BookingWorkflow.run, booking, id=f"test-{uuid4().hex}", task_queue=self.task_queue, **given
        )


async def events(handle: Handle, kind: str) -> int:
    """How many events of a kind its history has."""
    history = (await handle.fetch_history()).events
    return sum(event.HasField(f"{kind}_event_attributes") for event in history)  # type: ignore[arg-type]  # any kind


async def time_of(handle: Handle, kind: str) -> datetime:
    """When the first event of a kind came into its history."""
    history = (await handle.fetch_history()).events
    first = next(event for event in history if event.HasField(f"{kind}_event_attributes"))  # type: ignore[arg-type]
    return first.event_time.ToDatetime(UTC)
