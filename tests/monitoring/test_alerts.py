"""Each alert is brought about on real servers, fired by a real Prometheus, and looked at by its runbook.

In this order, as the share of what was slow within five minutes counts.
"""

import asyncio
import re
import time
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from aio_pika import Message, connect
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowHandle

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from tests.documentation.dashboard import names, rules
from tests.monitoring.scene import SLOWNESS, Scene
from tests.poll import eventually

Look = dict[str, str]
PLAIN = {"name": "Jane", "car": "c", "hotel": "h", "flight": "f"}


def trip(**items: Any) -> BookingRequest:
    return BookingRequest.model_validate({**PLAIN, "booking_id": uuid4().hex, **items})


async def passes(seconds: float) -> None:
    """Let this time pass, which is what the alert is about."""
    until = time.monotonic() + seconds
    await eventually(f"{seconds:g} s to pass", lambda: time.monotonic() > until, seconds + 10)


async def test_queues_that_are_not_there_and_processes_that_never_ran(
    watched: Scene, to_look_at: Look
) -> None:
    alerts = ("VoyageQueuesUnwatched", "VoyageNoReadyConsumer", "VoyageNoReadyWorker")
    for alert in alerts:
        await watched.fires(alert)
    assert "booking.requests" not in await watched.says(to_look_at["VoyageQueuesUnwatched"])
    await watched.start("consumer", "worker")
    for alert in alerts:
        await watched.is_over(alert)

    assert "booking.requests\t0" in await watched.says(to_look_at["VoyageQueuesUnwatched"])


async def test_more_slow_calls_than_places(scene: Scene, client: Client, to_look_at: Look) -> None:
    calls = [asyncio.create_task(client.book(trip(car="slow"), timeout=120)) for _ in range(8)]
    await scene.fires("VoyageWorkerBacklog")
    booked = await asyncio.gather(*calls)

    assert {one.status for one in booked} == {Status.BOOKED}
    assert "ApproximateBacklogCount" in await scene.says(to_look_at["VoyageWorkerBacklog"])


async def test_a_rabbitmq_without_disk_and_results_that_wait_for_it(
    scene: Scene, client: Client, to_look_at: Look
) -> None:
    trips = [trip(car="slow") for _ in range(4)]
    calls = [asyncio.create_task(client.book(one, timeout=120)) for one in trips]

    async def run() -> bool:
        said = await asyncio.gather(*(client.status(str(one.booking_id)) for one in trips))
        return {one.status for one in said} == {Status.RUNNING}

    await eventually("the bookings to run", run)
    await scene.ctl("set_disk_free_limit", "100000GB")
    try:
        await scene.fires("VoyageRabbitMqAlarm")
        seen = await scene.says(to_look_at["VoyageRabbitMqAlarm"])
        await passes(2 * SLOWNESS + 12)
    finally:
        await scene.ctl("set_disk_free_limit", "50MB")
    await scene.is_over("VoyageRabbitMqAlarm")
    await scene.fires("VoyageResultLagHigh")
    booked = await asyncio.gather(*calls)

    assert {one.status for one in booked} == {Status.BOOKED}
    assert "disk" in seen.lower()
    assert "ApproximateBacklogCount" in await scene.says(to_look_at["VoyageResultLagHigh"])


async def test_consumers_that_are_gone_and_requests_that_wait(
    scene: Scene, client: Client, to_look_at: Look
) -> None:
    await scene.stop("consumer")
    calls = [asyncio.create_task(client.book(trip(), timeout=120)) for _ in range(5)]
    await scene.fires("VoyageNoReadyConsumer")
    found = await scene.says(to_look_at["VoyageNoReadyConsumer"])
    await passes(31)
    waiting = await scene.says(to_look_at["VoyageQueueWaitHigh"])
    await scene.start("consumer")
    await scene.is_over("VoyageNoReadyConsumer")
    await scene.fires("VoyageQueueWaitHigh")
    booked = await asyncio.gather(*calls)

    assert "consumers of booking.requests" in found
    assert "booking.requests\t5\t0\t0" in waiting
    assert {one.status for one in booked} == {Status.BOOKED}


async def test_workers_that_are_gone(scene: Scene, to_look_at: Look) -> None:
    await scene.stop("worker")
    await scene.fires("VoyageNoReadyWorker")
    await scene.start("worker")
    await scene.is_over("VoyageNoReadyWorker")

    assert "All checks OK" in await scene.says(to_look_at["VoyageNoReadyWorker"])


async def test_a_replica_that_does_not_get_ready(scene: Scene) -> None:
    await scene.start("lost consumer", ready=False)
    await scene.fires("VoyageReplicaNotReady")
    await scene.stop("lost consumer")
    await scene.is_over("VoyageReplicaNotReady")


async def test_temporal_that_takes_no_bookings(scene: Scene, client: Client, to_look_at: Look) -> None:
    await asyncio.to_thread(scene.temporal.stop)
    calls = [asyncio.create_task(client.book(trip(), timeout=120)) for _ in range(10)]
    await scene.fires("VoyageConsumingPaused")
    await asyncio.to_thread(scene.temporal.start)
    await scene.is_over("VoyageConsumingPaused")
    booked = await asyncio.gather(*calls)

    assert {one.status for one in booked} == {Status.BOOKED}
    assert "SERVING" in await scene.says(to_look_at["VoyageConsumingPaused"])


async def test_an_undo_that_fails(scene: Scene, client: Client, to_look_at: Look) -> None:
    result = await client.book(trip(car="c undo-fault=refuse", hotel="h fault=refuse"))
    await scene.fires("VoyageManualIntervention")

    assert result.status is Status.FAILED
    assert f"booking-{result.booking_id}" in await scene.says(to_look_at["VoyageManualIntervention"])


async def test_a_workflow_task_that_fails_again_and_again(scene: Scene, to_look_at: Look) -> None:
    temporal, own = await Temporal.connect(scene.temporal.address), f"booking-{uuid4().hex}"
    booking = {f"book_{leg}_id": "c" for leg in ("user", "car", "hotel", "flight")}
    impossible = {**booking, "policy": {"retry_interval": 1e20}}
    start = partial(temporal.start_workflow, id=own, task_queue="saga-task-queue")
    handle: WorkflowHandle[object, object] = await start("BookingWorkflow", impossible)
    await scene.fires("VoyageWorkflowTasksFail", within=90)
    found = await scene.says(to_look_at["VoyageWorkflowTasksFail"])
    await handle.terminate()

    assert own in found


async def test_a_worker_that_simulates(scene: Scene) -> None:
    await scene.start("simulating worker")
    await scene.fires("VoyageSimulatedSuppliers")
    await scene.stop("simulating worker")
    await scene.is_over("VoyageSimulatedSuppliers")


async def test_a_result_without_its_reply_queue(scene: Scene, to_look_at: Look) -> None:
    own = trip()
    await send(scene, own.to_body(), "booking.results.gone")
    await scene.fires("VoyageResultsParked")

    assert str(own.booking_id) in await scene.says(to_look_at["VoyageResultsParked"])


async def test_a_message_that_is_no_booking(scene: Scene, to_look_at: Look) -> None:
    await send(scene, b"{}", "booking.results")
    await scene.fires("VoyageDeadLetters")
    seen = await scene.says(to_look_at["VoyageDeadLetters"])
    await scene.says("voyage dead drop --all")
    await scene.is_over("VoyageDeadLetters")

    assert "invalid" in seen


async def send(scene: Scene, body: bytes, reply_to: str) -> None:
    async with await connect(scene.broker.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        message = Message(body, reply_to=reply_to, message_id=uuid4().hex)
        await channel.default_exchange.publish(message, "booking.requests")


async def test_every_number_that_is_asked_for_has_come_from_a_real_process(
    scene: Scene, client: Client
) -> None:
    """After the tests before, so that whatever is counted has been."""
    await client.book(trip(car="c fault=error*1"))
    asked = names("voyage") | names("temporal") | names("rabbitmq")

    async def known() -> bool:
        return asked <= await asyncio.to_thread(scene.prometheus.names)

    await eventually(f"all of {sorted(asked)}", known)


def test_no_alert_is_left_out() -> None:
    fired = set(re.findall(r'"(Voyage\w+)"', Path(__file__).read_text()))

    assert fired == {rule["alert"] for rule in rules()}
