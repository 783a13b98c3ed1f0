"""Temporal's list tells bookings apart by status and id, where its namespace has the search attributes."""

from uuid import uuid4

import pytest
from temporalio.client import Client as Temporal

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from tests.acceptance.conftest import World, in_both_shapes
from tests.acceptance.doctor_reports import CONSUMER, Report, doctor
from tests.acceptance.inbox import TRIP, Inbox, trip
from tests.documentation.pages import block
from tests.namespaces import new_namespace
from tests.poll import eventually
from voyage.search_attributes import BOOKING_ID, NAMES, STATUS

FILTERS = block("docs/operations.md", "text", "VoyageStatus").splitlines()
CHECK = "search attributes"


async def shown(temporal: Temporal, workflow_id: str) -> tuple[str, str] | None:
    """The status and the id that the list shows, as soon as it shows the workflow."""
    async for found in temporal.list_workflows(f"WorkflowId = '{workflow_id}'"):
        values = {pair.key.name: str(pair.value) for pair in found.typed_search_attributes}
        return values.get(STATUS, ""), values.get(BOOKING_ID, "")
    return None


async def until_shown(temporal: Temporal, workflow_id: str, status: str, booking_id: str) -> None:
    async def is_shown() -> bool:
        return await shown(temporal, workflow_id) == (status, booking_id)

    await eventually(f"{workflow_id} to be shown as {status}", is_shown)


@in_both_shapes
async def test_each_status_is_shown_with_the_booking_s_id(
    booking: World, client: Client, inbox: Inbox, temporal: Temporal
) -> None:
    slow = trip(hotel="slow-hotel")
    await inbox.send(slow)
    await booking.until_it_books(slow["booking_id"], "hotel")
    running = f"booking-{slow['booking_id']}"
    await until_shown(temporal, running, "running", str(slow["booking_id"]))
    await temporal.get_workflow_handle(running).terminate()
    stopped = await inbox.answer("a stopped booking's answer", within=60)
    refused = await client.book(BookingRequest(**{**TRIP, "hotel": "invalid-hotel"}))
    booked = await client.book(BookingRequest(**TRIP))

    assert (booked.status, refused.status, stopped["status"]) == ("booked", "cancelled", "failed")
    await until_shown(temporal, f"booking-{booked.booking_id}", "booked", str(booked.booking_id))
    await until_shown(temporal, f"booking-{refused.booking_id}", "cancelled", str(refused.booking_id))
    await until_shown(temporal, f"stopped-{running}", "failed", str(slow["booking_id"]))


async def test_a_cancel_that_holds_a_booking_s_id_is_shown_as_cancelled(
    client: Client, temporal: Temporal
) -> None:
    own = uuid4().hex
    await client.cancel(own)
    await until_shown(temporal, f"booking-{own}", "cancelled", own)


@pytest.mark.usefixtures("booking")
@pytest.mark.parametrize("query", FILTERS)
async def test_temporal_takes_each_filter_of_the_page(temporal: Temporal, query: str) -> None:
    async for found in temporal.list_workflows(query, limit=20):
        if "'failed'" in query and "IN" not in query:
            assert found.typed_search_attributes
        assert found.workflow_type != "ReconciliationWorkflow"


@pytest.fixture
async def bare(temporal: Temporal) -> Temporal:
    return await new_namespace(temporal)


@pytest.fixture
async def world_in_it(world: World, bare: Temporal) -> World:
    world.extra = {"TEMPORAL_NAMESPACE": bare.namespace, "VOYAGE_DUPLICATE_WINDOW": "3600"}
    await world.everything()
    return world


async def test_without_the_attributes_bookings_go_on_as_ever_and_fix_creates_them(
    world_in_it: World, bare: Temporal
) -> None:
    world = world_in_it
    async with await Client.connect(settings=world.settings) as client:
        before = await client.book(BookingRequest(**TRIP))
        without = await doctor(world)
        mended = await doctor(world, CONSUMER, "--fix")
        consumer = await world.consumer()
        after = [await client.book(BookingRequest(**TRIP)) for _ in range(4)]

    assert {result.status for result in (before, *after)} == {Status.BOOKED}
    assert await shown(bare, f"booking-{before.booking_id}") == ("", "")
    assert _found(without) == ("ok", f"without {STATUS}")
    assert "--fix" in without.to_do[CHECK]
    assert _found(mended) == ("ok", ", ".join(NAMES))
    assert not [line for line in consumer.log if '"level": "error"' in line]


def _found(report: Report) -> tuple[str, str]:
    return report.states[CHECK], report.found[CHECK]
