"""A booking that needs a person, encrypted: the list can read it, and Temporal can't."""

import asyncio
import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.open_bookings import entries
from saga.payloads.data_converter import encrypting_data_converter
from saga.payloads.payload_codec import EncryptionCodec
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from saga.workflows.manual_intervention import ManualInterventionWorkflow, entry_id
from tests.integration.conftest import Saga
from tests.poll import eventually
from voyage.trips.tutorial import BookingRequest

WHY = "no way back for Wilhelmina"
SAID = f"RecordingSupplier.undo (hotel) raised RuntimeError: {WHY}"


@pytest.fixture
async def encrypted_saga(temporal: Client) -> AsyncIterator[Saga]:
    config = temporal.config()
    config["data_converter"] = encrypting_data_converter(EncryptionCodec({"key": os.urandom(32)}))
    saga = Saga(Client(**config), task_queue=f"test-{uuid4().hex[:8]}")
    saga.worker = Worker(
        saga.client,
        task_queue=saga.task_queue,
        workflows=[BookingWorkflow, ManualInterventionWorkflow],
        activities=booking_activities(dict.fromkeys(BookingRequest.declared_legs, saga.supplier)),
    )
    running = asyncio.create_task(saga.worker.run())
    yield saga
    await saga.worker.shutdown()
    await running


async def no_way_back(_: SupplierCall) -> None:
    raise RuntimeError(WHY)


async def test_the_list_of_open_bookings_is_read_with_the_key_alone(
    encrypted_saga: Saga, temporal: Client
) -> None:
    encrypted_saga.supplier.on["undo hotel"] = no_way_back
    handle = await encrypted_saga.start(hotel="palace", flight="invalid")

    async def listed() -> str | None:
        found = [
            entry.legs async for entry in entries(encrypted_saga.client) if entry.workflow_id == handle.id
        ]
        return next(iter(found), None)

    async def raw(workflow_id: str) -> bytes:
        history = await temporal.get_workflow_handle(workflow_id).fetch_history()
        described = await temporal.get_workflow_handle(workflow_id).describe()
        events = b"".join(event.SerializeToString() for event in history.events)
        return events + described.raw_description.SerializeToString()

    assert await eventually("the booking to be listed", listed) == f"hotel palace: {SAID}"
    for workflow_id in (handle.id, entry_id(handle.id)):
        assert b"palace" not in await raw(workflow_id)
        assert b"Wilhelmina" not in await raw(workflow_id)
    await handle.signal(BookingWorkflow.settle, "by hand")
    assert (await handle.result()).legs[1].status == "undone"
