"""What a booking costs Temporal: a guard that counts, so that it says the same on a slow machine."""

from collections import Counter

import pytest
from temporalio.client import Client as Temporal

from benchmarks import actions
from publisher import BookingRequest, Client
from tests.acceptance.conftest import in_both_shapes
from tests.acceptance.inbox import TRIP
from tests.acceptance.services import ONE_PROCESS, TWO_SERVICES

# The recorded histories that docs/performance.md counts.
RECORDED = {TWO_SERVICES: "fast-booked", ONE_PROCESS: "fast-replied-here"}


@in_both_shapes
async def test_a_booking_takes_the_events_and_actions_that_the_page_counts(
    client: Client, temporal: Temporal, request: pytest.FixtureRequest
) -> None:
    shape = request.node.callspec.params["booking"]
    recorded = actions.events(RECORDED[shape])

    result = await client.book(BookingRequest(**TRIP))
    handle = temporal.get_workflow_handle(f"booking-{result.booking_id}")
    await handle.result()  # it answers before it ends
    history = await handle.fetch_history()
    taken = history.to_json_dict()["events"]

    shown = Counter({"search attributes": 1})  # the status, which the recorded ones don't show
    assert len(taken) == len(recorded) + shown.total()
    assert actions.actions(taken) == actions.actions(recorded) + shown
    start = history.events[0].workflow_execution_started_event_attributes
    assert start.eager_execution_accepted == (shape == ONE_PROCESS)
