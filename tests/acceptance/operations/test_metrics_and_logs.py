"""Numbers for every row of the contract's table, and logs that name bookings and nobody."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from temporalio.client import Client as Temporal

from tests.acceptance.conftest import World
from tests.acceptance.inbox import TRIP, Inbox
from tests.acceptance.watching import Watched
from tests.documentation.dashboard import names
from tests.poll import eventually
from tests.rabbitmq import connect
from voyage.runtime.settings import LogFormat

NAME = "Xaviera Nobody"


def trip(**changes: Any) -> dict[str, Any]:
    return {**TRIP, "name": NAME, "booking_id": uuid4().hex, **changes}


async def watched(world: World) -> tuple[Watched, Watched]:
    world.with_settings(health_port=0, log_format=LogFormat.JSON, health_check_interval=0.2)
    services = await asyncio.gather(world.consumer(), world.worker())
    consumer, worker = await asyncio.gather(*map(Watched.of, services))
    return consumer, worker


async def test_every_row_of_the_contracts_table_is_counted_and_nobody_is_named_in_the_logs(
    world: World, temporal: Temporal
) -> None:
    consumer, worker = await watched(world)
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        inbox = await Inbox.open(await connection.channel(), world.settings)
        await send_one_of_each(world, inbox, temporal)

        async def parked() -> bool:
            return await consumer.total("voyage_parked_total") == 1

        await eventually("the parked result to be counted", parked)
    requests = {
        dict(labels)["outcome"]: count
        for labels, count in (await consumer.numbers("voyage_requests_total")).items()
    }
    endings = [
        ("booked", "none", "false"),
        ("booked", "none", "true"),
        ("cancelled", "refused", "false"),
        ("cancelled", "deadline", "false"),
        ("failed", "stopped", "false"),
        ("rejected", "conflict", "false"),
        ("rejected", "invalid", "false"),
        ("rejected", "too_large", "false"),
    ]
    for status, reason, duplicate in endings:
        labels = {"status": status, "reason": reason, "duplicate": duplicate}
        assert await consumer.total("voyage_results_total", **labels) >= 1, labels

    rejected = dict.fromkeys(("conflict", "invalid", "too_large", "reply_to_not_allowed"), 1.0)
    quotas = {"waiting": 0.0, "unavailable": 0.0}  # nobody has one
    assert requests == {"new": 5.0, "joined": 1.0, "repeated": 1.0, **rejected, **quotas}
    assert await consumer.total("voyage_control_total", outcome="unheard") == 1
    assert await consumer.total("voyage_queue_wait_seconds_count") == 1
    assert await consumer.total("voyage_result_lag_seconds_count") >= 5
    assert await consumer.total("voyage_in_flight") == 0
    assert await worker.total("voyage_booking_time_seconds_count", status="booked") >= 2
    assert await worker.total("voyage_booking_time_seconds_count", reason="refused") == 1
    assert await worker.total("voyage_simulated_suppliers") == 3
    told = (await consumer.get("/metrics")).text + (await worker.get("/metrics")).text
    missing = {name for name in names("temporal") if name not in told}  # asked for by dashboard and alerts
    assert missing == {"temporal_workflow_task_execution_failed_total"}  # there once one has failed
    check_logs([*consumer.service.log, *worker.service.log])


async def send_one_of_each(world: World, inbox: Inbox, temporal: Temporal) -> None:
    """One message for each row, and its answer taken."""
    running = trip(car="slow-car")
    await inbox.send(running, correlation_id="first", timestamp=datetime.now(UTC))
    await world.until_it_books(running["booking_id"], "car")
    await inbox.send(running, correlation_id="joins")
    for what in ("the result", "the result of who joined"):
        await inbox.answer(what)
    await temporal.get_workflow_handle(
        f"booking-{running['booking_id']}"
    ).result()  # until then, it would join
    await inbox.send(running, correlation_id="repeats")
    await inbox.answer("the repeat")
    past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    for body in (
        {**running, "hotel": "another"},
        trip(car="flaky-car", hotel="invalid-hotel"),
        trip(deadline=past),
        json.dumps({"name": NAME}).encode(),
        NAME.encode() * 6000,
    ):
        await inbox.send(body)
        await inbox.answer(f"the answer to {body!r:.60}")
    await inbox.send(trip(), reply_to="somebody-elses")
    stopped = trip(car="slow-car")
    await inbox.send(stopped)
    await world.until_it_books(stopped["booking_id"], "car")
    await temporal.get_workflow_handle(f"booking-{stopped['booking_id']}").terminate()
    await inbox.answer("the answer for a stopped booking", within=60)
    gone = f"{world.settings.results_queue}.gone"
    await inbox.control("booking.status", {"booking_id": stopped["booking_id"]}, reply_to=gone)
    await inbox.send(trip(), reply_to=gone)


def check_logs(lines: list[str]) -> None:
    entries = [json.loads(line) for line in lines]
    [parked] = [entry for entry in entries if "parked" in entry["event"]]
    conflict = next(entry for entry in entries if "(conflict)" in entry["event"])

    assert not [line for line in lines if NAME in line or "xaviera" in line]
    assert {"timestamp", "level", "logger", "event"} <= entries[0].keys()
    assert parked["workflow_id"] == f"booking-{parked['booking_id']}"
    assert conflict["workflow_id"] == f"booking-{conflict['booking_id']}"
    assert conflict["delivery_tag"] > 0


async def test_a_booking_that_needs_a_person_is_counted_from_zero(world: World) -> None:
    world.extra["VOYAGE_CAR_SUPPLIER_PLUGIN"] = "tests.suppliers:NeverUndone"
    world.with_settings(undo_attempts=1)
    _, worker = await watched(world)
    assert list((await worker.numbers("voyage_manual_intervention_total")).values()) == [0]
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        inbox = await Inbox.open(await connection.channel(), world.settings)
        await inbox.send(trip(hotel="invalid-hotel"))
        answer = await inbox.answer()

        async def counted() -> bool:
            return list((await worker.numbers("voyage_manual_intervention_total")).values()) == [1]

        await eventually("the booking to be counted", counted)
    assert answer["status"] == "failed"
