"""`docker compose up` books the two trips of the tutorial, scaled out, and keeps what it knows."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client as Temporal

from publisher import BookingRequest, Client
from tests.containers.conftest import SCALE
from tests.containers.stack import Stack
from tests.poll import eventually

pytestmark = pytest.mark.timeout(500)  # the image is built first


def by_id(results: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {result["booking_id"]: result for result in results}


async def pollers(stack: Stack, task_queue: str) -> int:
    temporal = await Temporal.connect(await stack.address("temporal", 7233))
    described = await temporal.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace="default",
            task_queue=TaskQueue(name=task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
    )
    return len({poller.identity for poller in described.pollers})


async def test_the_one_shot_publisher_prints_the_two_trips_results(stack: Stack) -> None:
    trips = by_id(await stack.results())

    john, jane = trips["tutorial-john-doe"], trips["tutorial-jane-smith"]
    assert john["status"] == "booked"
    assert (
        john["result"]
        == "Booked car: valid-car-id Booked hotel: valid-hotel-id Booked flight: valid-flight-id"
    )
    assert (jane["status"], jane["reason"]["code"], jane["reason"]["leg"]) == (
        "cancelled",
        "refused",
        "hotel",
    )
    assert [leg["status"] for leg in jane["legs"]] == ["undone", "refused", "not_tried"]


async def test_every_replica_takes_part(stack: Stack) -> None:
    async def all_poll() -> bool:
        return (await pollers(stack, "saga-task-queue"), await pollers(stack, "booking-replies")) == (3, 2)

    await eventually("three workers and two consumers at Temporal", all_poll)
    async with await Client.connect(settings=await stack.settings("client")) as client:
        requests = [BookingRequest(name="Jane", car="c", hotel="h", flight="f") for _ in range(30)]
        results = await asyncio.gather(*map(client.book, requests))
    assert [result.status.value for result in results] == ["booked"] * 30


async def test_the_same_trips_after_all_containers_were_removed_are_the_same_bookings(stack: Stack) -> None:
    before = by_id(await stack.results())
    await stack.compose("down", "--timeout", "60")
    await stack.compose("up", "--detach", *SCALE)
    after = by_id(await stack.results())

    assert {result["duplicate"] for result in after.values()} == {True}
    assert {id_: {**result, "duplicate": False} for id_, result in after.items()} == {
        id_: {**result, "duplicate": False} for id_, result in before.items()
    }


@pytest.mark.parametrize("service", ["consumer", "worker"])
async def test_a_service_runs_as_nobody_who_can_write_nowhere(stack: Stack, service: str) -> None:
    assert (await stack.compose("exec", service, "id", "-u")).strip() == "10001"
    tries = "touch /opt/voyage/x /tmp/x 2>&1 || true"
    assert (await stack.compose("exec", service, "sh", "-c", tries)).count("Read-only") == 2


async def test_the_worker_knows_nothing_of_the_broker(stack: Stack) -> None:
    for worker in await stack.containers("worker"):
        assert not [variable for variable in worker["Config"]["Env"] if "amqp" in variable.lower()]


@pytest.mark.parametrize("service", ["consumer", "worker"])
async def test_a_service_that_is_told_to_stop_ends_well_and_in_time(stack: Stack, service: str) -> None:
    await stack.compose("stop", service)
    states = [each["State"] for each in await stack.containers(service)]
    await stack.compose("start", service)

    assert {state["ExitCode"] for state in states} == {0}


async def test_a_booking_survives_all_workers_being_killed(stack: Stack) -> None:
    async with await Client.connect(settings=await stack.settings("client")) as client:
        slow = BookingRequest(name="Jane", car="slow-car", hotel="h", flight="f", booking_id=uuid4().hex)
        booking = asyncio.create_task(client.book(slow, timeout=90))

        async def taken() -> bool:
            return (await client.status(str(slow.booking_id))).status.value == "running"

        await eventually("the booking to run", taken)
        await stack.compose("kill", "worker")
        await stack.compose("start", "worker")
        assert (await booking).status.value == "booked"
