"""A booking's status in Temporal's list: shown if it was started with one, and never at a booking's cost."""

import json
from uuid import uuid4

import pytest
from temporalio.api.operatorservice.v1 import RemoveSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import TypedSearchAttributes

from consumer.temporal.open_bookings import OpenBookings
from consumer.temporal.shown_starts import ShownStarts
from saga.models import BookingStatus
from saga.search_attributes import BOOKING_ID, RUNNING, STATUS, search_attributes_of
from saga.temporal import search_attributes
from saga.workflows.booking import BookingWorkflow
from tests.integration.conftest import Handle, Saga
from tests.integration.temporal.test_manual_intervention import known_outcome, no_way_back
from tests.namespaces import new_namespace
from tests.poll import eventually
from voyage.runtime.check_results import CheckState
from voyage.search_attributes import NAMES

UPSERTED = "upsert_workflow_search_attributes_event_attributes"


async def statuses(handle: Handle) -> list[str]:
    """The statuses that a booking has shown since its start."""
    events = (await handle.fetch_history()).events
    found = [getattr(event, UPSERTED).search_attributes.indexed_fields for event in events]
    return [json.loads(fields[STATUS.name].data) for fields in found if STATUS.name in fields]


async def test_a_booking_shows_its_outcome_once(saga: Saga) -> None:
    booked = await saga.start(shown=search_attributes_of("b"))
    refused = await saga.start(hotel="invalid", shown=search_attributes_of("r"))
    await booked.result()
    await refused.result()
    assert (await statuses(booked), await statuses(refused)) == (["booked"], ["cancelled"])


async def test_a_failed_booking_shows_it_while_it_waits_and_then_how_it_was_settled(saga: Saga) -> None:
    saga.supplier.on["undo hotel"] = no_way_back
    handle = await saga.start(flight="invalid", shown=search_attributes_of("f"))
    await known_outcome(handle)
    failed = await statuses(handle)
    await handle.signal(BookingWorkflow.settle, "by hand")
    await handle.result()
    assert (failed, await statuses(handle)) == (["failed"], ["failed", "cancelled"])


async def test_a_booking_that_was_started_without_a_status_shows_none(saga: Saga) -> None:
    handle = await saga.start()
    assert (await handle.result()).status is BookingStatus.BOOKED
    assert not await statuses(handle)


async def test_a_namespace_that_gets_the_attributes_and_loses_them(temporal: Client) -> None:
    client = await new_namespace(temporal)
    starts = ShownStarts(client)

    async def shown() -> str | None:
        own = f"booking-{uuid4().hex}"
        assert await starts.started(lambda attributes: start(own, attributes), own, RUNNING)
        found = (await client.get_workflow_handle(own).describe()).typed_search_attributes
        assert found.get(BOOKING_ID) in {None, own.removeprefix("booking-")}
        return found.get(STATUS)

    async def start(own: str, attributes: TypedSearchAttributes) -> object:
        return await client.start_workflow("Nobody's", id=own, task_queue=own, search_attributes=attributes)

    await starts.look()
    without = await shown()
    await search_attributes.create(client)
    await search_attributes.create(client)  # changes nothing

    async def is_shown() -> bool:
        await starts.look()
        return await shown() == RUNNING

    await eventually("the status to be shown", is_shown)
    remove = RemoveSearchAttributesRequest(namespace=client.namespace, search_attributes=NAMES)
    await client.operator_service.remove_search_attributes(remove)

    async def is_gone() -> bool:
        return await shown() is None

    await eventually("starts without it", is_gone)
    assert without is None


async def test_without_the_owners_attribute_nobody_is_held_to_open_bookings(
    temporal: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client = await new_namespace(temporal)
    asked = {"owners": True, "counts_open": True}
    counts = OpenBookings(client, "a-queue")
    assert await counts.of("alice") == 0
    assert "voyage-consumer doctor --fix" in caplog.text
    without = await search_attributes.check("search attributes", client, **asked)
    await search_attributes.create(client)
    mended = await search_attributes.check("search attributes", client, **asked)
    assert (without.state, mended.state) == (CheckState.FAILED, CheckState.OK)
    assert without.found == "without VoyageOwner as a Keyword"
