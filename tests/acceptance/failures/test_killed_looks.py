"""The consumer that looks for stopped bookings is killed or stopped: another one goes on in time."""

import asyncio
import signal

import pytest
from temporalio.client import Client as Temporal
from temporalio.client import ScheduleActionExecutionStartWorkflow

from tests.acceptance.conftest import World
from tests.acceptance.inbox import Inbox, trip
from tests.acceptance.services import Service
from tests.poll import eventually
from tests.rabbitmq import connect

pytestmark = pytest.mark.thorough

ENDS = {signal.SIGKILL: 60.0, signal.SIGTERM: 20.0}
"""How a consumer may end, and after how many seconds an answer is late."""


async def looker(world: World, temporal: Temporal) -> Service:
    """The consumer that looks."""

    async def pid() -> str | None:
        schedule = temporal.get_schedule_handle(f"reconciliation-{world.settings.task_queue}")
        for one in (await schedule.describe()).info.running_actions:
            assert isinstance(one, ScheduleActionExecutionStartWorkflow)
            look = await temporal.get_workflow_handle(one.workflow_id).describe()
            for activity in look.raw_description.pending_activities:
                return activity.last_worker_identity.partition("@")[0] or None
        return None

    found = await eventually("a consumer that looks", pid)
    return next(service for service in world.services if str(service.process.pid) == found)


@pytest.mark.parametrize("how", ENDS)
async def test_another_consumer_answers_in_time(
    world: World, temporal: Temporal, how: signal.Signals
) -> None:
    await asyncio.gather(world.consumer(), world.consumer())
    request = trip()
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        inbox = await Inbox.open(await connection.channel(), world.settings)
        await inbox.send(request)
        booking = temporal.get_workflow_handle(f"booking-{request['booking_id']}")
        await eventually("the booking", lambda: has_begun(temporal, booking.id))
        await (await looker(world, temporal)).end(how)
        await booking.terminate()
        answer = await inbox.answer("the stopped booking's answer", within=ENDS[how])

    assert (answer["status"], answer["reason"]["code"]) == ("failed", "stopped")


async def has_begun(temporal: Temporal, workflow_id: str) -> bool:
    return (await temporal.count_workflows(f"WorkflowId = '{workflow_id}'")).count == 1
