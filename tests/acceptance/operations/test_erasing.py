"""A traveller's data is deleted from Temporal; the page says what that forgets."""

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client as Temporal
from temporalio.service import RPCError, RPCStatusCode

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from tests.acceptance.conftest import World
from tests.acceptance.inbox import TRIP
from tests.poll import eventually

pytestmark = pytest.mark.thorough


async def test_a_deleted_booking_is_forgotten_and_its_repeat_has_the_same_references(
    booking: World, client: Client, temporal: Temporal
) -> None:
    request = BookingRequest.model_validate(TRIP)
    first = await client.book(request)
    workflow = WorkflowExecution(workflow_id=f"booking-{first.booking_id}")
    handle = temporal.get_workflow_handle(workflow.workflow_id)

    async def ended() -> bool:
        return (await handle.describe()).close_time is not None

    async def forgotten() -> bool:
        try:
            await handle.describe()
        except RPCError as error:
            return error.status is RPCStatusCode.NOT_FOUND
        return False

    await eventually("the booking to have ended", ended)
    order = DeleteWorkflowExecutionRequest(namespace=temporal.namespace, workflow_execution=workflow)
    await temporal.workflow_service.delete_workflow_execution(order)
    await eventually("the booking to be deleted", forgotten, within=100)
    async with await Client.connect(settings=booking.settings) as another:
        status = await another.status(str(first.booking_id))
    again = await client.book(request)

    assert status.status.value == "unknown_booking"
    assert (again.status, again.duplicate) == (Status.BOOKED, False)
    assert [leg.reference for leg in again.legs] == [leg.reference for leg in first.legs]
