"""One real server each: Temporal for the saga, RabbitMQ for the messages."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.common import TypedSearchAttributes
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.models import BookingOutcome, BookingPolicy, BookVacationInput
from saga.search_attributes import NONE
from saga.workflows.booking import BookingWorkflow
from saga.workflows.manual_intervention import ManualInterventionWorkflow
from tests.suppliers import RecordingSupplier
from voyage import devstack
from voyage.trips.tutorial import BookingRequest

Handle = WorkflowHandle[BookingWorkflow, BookingOutcome]


@dataclass
class Saga:
    """A running worker with the sandboxed runner, and the supplier that it calls."""

    client: Client
    task_queue: str
    worker: Worker | None = None
    supplier: RecordingSupplier = field(default_factory=RecordingSupplier)
    policy: BookingPolicy = field(
        default_factory=lambda: BookingPolicy(
            retry_interval=0.02, try_timeout=5, heartbeat_timeout=2, undo_attempts=2
        )
    )

    async def start(
        self,
        *,
        hotel: str = "h",
        flight: str = "f",
        attempts: int = 5,
        deadline: datetime | None = None,
        shown: TypedSearchAttributes = NONE,
        prefix: str = "test-",
    ) -> Handle:
        booking = BookVacationInput(
            book_user_id="jane-1",
            book_car_id="c",
            book_hotel_id=hotel,
            book_flight_id=flight,
            attempts=attempts,
            deadline=deadline,
            policy=self.policy,
        )
        return await self.client.start_workflow(
            BookingWorkflow.run,
            booking,
            id=f"{prefix}{uuid4().hex}",
            task_queue=self.task_queue,
            search_attributes=shown,
        )

    async def stop_worker(self) -> None:
        assert self.worker
        await self.worker.shutdown()

    def another_worker(self, task_queue: str) -> Worker:
        """A worker with the same supplier, to run beside the first."""
        activities = booking_activities(dict.fromkeys(BookingRequest.declared_legs, self.supplier))
        workflows = [BookingWorkflow, ManualInterventionWorkflow]
        return Worker(self.client, task_queue=task_queue, workflows=workflows, activities=activities)

    def be_patient(self, **changes: Any) -> None:
        self.policy = replace(self.policy, **changes)


@pytest.fixture(scope="session")
async def temporal(servers: devstack.Servers) -> Client:
    return await Client.connect(servers.temporal_address)


@pytest.fixture
async def saga(temporal: Client) -> AsyncIterator[Saga]:
    saga = Saga(temporal, task_queue=f"test-{uuid4().hex[:8]}")
    saga.worker = saga.another_worker(saga.task_queue)
    running = asyncio.create_task(saga.worker.run())
    yield saga
    await saga.worker.shutdown()
    await running
