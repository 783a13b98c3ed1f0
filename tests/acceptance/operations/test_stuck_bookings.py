"""A booking whose workflow task fails again and again is noticed, named, and can be ended with an answer."""

import asyncio
from uuid import uuid4

import pytest
import yaml
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowHandle

from tests.acceptance.conftest import World
from tests.acceptance.doctor_reports import CONSUMER, WORKER, doctor
from tests.acceptance.inbox import Inbox
from tests.acceptance.watching import Watched
from tests.documentation.dashboard import DEPLOY
from tests.poll import eventually
from tests.rabbitmq import connect

pytestmark = pytest.mark.thorough

CHECK = "stuck bookings"
ALERT = "VoyageWorkflowTasksFail"


async def stuck_booking(world: World, temporal: Temporal, inbox: Inbox) -> WorkflowHandle[object, object]:
    """A booking with a policy that the workflow's code can't take, as settings once allowed."""
    own = uuid4().hex
    caller = {"booking_id": own, "reply_to": inbox.queue.name, "correlation_id": "stuck", "trace": {}}
    booking = {
        "book_user_id": "jane-1",
        **{f"book_{leg}_id": "c" for leg in ("car", "hotel", "flight")},
        "reply": {
            "activity": "publish_result",
            "task_queue": world.settings.reply_task_queue,
            "context": caller,
        },
        "policy": {"retry_interval": 1e20},
    }
    return await temporal.start_workflow(
        "BookingWorkflow", booking, id=f"booking-{own}", task_queue=world.settings.task_queue
    )


@pytest.mark.parametrize("command", [CONSUMER, WORKER])
async def test_a_stuck_booking_is_named_and_its_callers_are_answered_when_it_is_terminated(
    world: World, temporal: Temporal, command: str
) -> None:
    world.with_settings(health_port=0)
    _, service = await asyncio.gather(world.consumer(), world.worker())
    worker = await Watched.of(service)
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        inbox = await Inbox.open(await connection.channel(), world.settings)
        fine = await doctor(world, command)
        handle = await stuck_booking(world, temporal, inbox)

        async def tried_often() -> bool:
            described = await handle.describe()
            return described.raw_description.pending_workflow_task.attempt >= 3

        await eventually("the task to fail again and again", tried_often, 60)
        found = await doctor(world, command)
        counted = await worker.total("temporal_workflow_task_execution_failed_total")
        await handle.terminate()
        answer = await inbox.answer("the answer for the stuck booking", within=60)
        after = await doctor(world, command)

    assert (fine.states[CHECK], after.states[CHECK]) == ("ok", "ok")
    assert (found.code, found.states[CHECK]) == (1, "failed")
    assert handle.id in found.found[CHECK]
    assert f"temporal workflow terminate --workflow-id {handle.id}" in found.to_do[CHECK]
    assert counted >= 2
    assert (answer["status"], answer["reason"]["code"]) == ("failed", "stopped")


def test_the_alert_asks_for_the_number_that_grows() -> None:
    groups = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"]
    [asked] = [rule["expr"] for group in groups for rule in group["rules"] if rule["alert"] == ALERT]
    assert "temporal_workflow_task_execution_failed_total" in asked
