"""`voyage-consumer doctor` and `voyage-worker doctor` on Temporal: each check fails and passes for real."""

import re
import signal
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client as Temporal

from publisher import BookingRequest, Client
from saga.temporal.clock_check import check_clock
from tests.acceptance.conftest import World
from tests.acceptance.doctor_reports import CONSUMER, WORKER, Report, doctor
from tests.acceptance.inbox import TRIP
from tests.poll import eventually
from tests.proxies.refusing_proxy import refusing_door

BOTH = pytest.mark.parametrize("command", [CONSUMER, WORKER])


async def test_a_retention_that_is_shorter_than_the_duplicate_window(world: World) -> None:
    short = await doctor(world, VOYAGE_DUPLICATE_WINDOW="300000000")
    assert short.states["retention"] == "failed"
    assert "VOYAGE_DUPLICATE_WINDOW" in short.to_do["retention"]


@BOTH
async def test_a_namespace_that_does_not_exist(world: World, command: str) -> None:
    missing = await doctor(world, command, TEMPORAL_NAMESPACE="no-such-namespace")
    assert (missing.code, missing.states["namespace"]) == (1, "failed")
    assert missing.to_do["namespace"].startswith("Create it")
    rest = missing.found["rest of Temporal"]
    assert rest.startswith("not checked, as its namespace can't be used: ")
    assert rest.endswith("clock, trip, stuck bookings, pollers")


@BOTH
@pytest.mark.parametrize("call", ["DescribeNamespace", "SignalWorkflowExecution"])
async def test_a_namespace_that_we_may_not_read_or_change(world: World, command: str, call: str) -> None:
    async with refusing_door(world.temporal_address, call) as address:
        refused = await doctor(world, command, TEMPORAL_ADDRESS=address)
    assert (refused.code, refused.states["namespace"]) == (1, "failed")
    assert "not permitted" in refused.found["namespace"]
    assert "TEMPORAL_API_KEY" in refused.to_do["namespace"]


async def test_the_schedule_of_the_reconciliation(world: World, temporal: Temporal) -> None:
    handle = temporal.get_schedule_handle(f"reconciliation-{world.settings.task_queue}")
    missing = await doctor(world)
    mended = await doctor(world, CONSUMER, "--fix")
    await handle.pause(note="for the test")
    paused = await doctor(world, CONSUMER, "--fix")
    await handle.unpause()
    elsewhere = await doctor(world, VOYAGE_REPLY_TASK_QUEUE="another")
    await handle.pause()
    await world.consumer()
    started = await doctor(world)

    assert [report.states["reconciliation"] for report in (missing, mended)] == ["failed", "ok"]
    assert (paused.states["reconciliation"], paused.found["reconciliation"]) == (
        "failed",
        "paused (for the test)",
    )
    assert "--unpause" in paused.to_do["reconciliation"]
    assert elsewhere.found["reconciliation"].startswith("for another task queue")
    assert started.found["reconciliation"] == "every 1 s"


async def test_a_schedule_that_we_may_not_look_at(world: World) -> None:
    async with refusing_door(world.temporal_address, "DescribeSchedule") as address:
        refused = await doctor(world, TEMPORAL_ADDRESS=address)
    assert refused.states["namespace"] == "ok"
    assert refused.states["reconciliation"] == "failed"
    assert "TEMPORAL_API_KEY" in refused.to_do["reconciliation"]


@pytest.mark.parametrize(
    ("wrong_by", "found"),
    [(0, "within 2 s of Temporal's"), (300, "300 s ahead of Temporal's"), (-300, "300 s behind Temporal's")],
)
async def test_a_clock_that_is_wrong_either_way(temporal: Temporal, wrong_by: int, found: str) -> None:
    finding = await check_clock("clock", temporal, lambda: datetime.now(UTC) + timedelta(seconds=wrong_by))
    assert (finding.state, finding.found) == ("failed" if wrong_by else "ok", found)


async def test_a_killed_worker_is_missed_while_temporal_still_lists_its_polls(world: World) -> None:
    polls = [f"{kind} pollers of {world.settings.task_queue}" for kind in ("workflow", "activity")]
    await world.everything()
    async with Client.connect(settings=world.settings) as client:
        await client.book(BookingRequest(**TRIP))
    before = await doctor(world, WORKER)
    await world.services[-1].end(signal.SIGKILL)

    async def missed() -> Report | None:
        after = await doctor(world, WORKER)
        assert {after.states[name] for name in polls} <= {"unknown", "failed"}
        return after if after.of("failed") >= set(polls) else None

    after = await eventually("the last poll to be no recent one", missed)
    assert {before.states[name] for name in polls} == {"ok"}
    for name in polls:
        assert re.fullmatch(r"1, last heard [1-6]\d s ago; none answers now", after.found[name])
        assert after.to_do[name].startswith("Start voyage-worker")
