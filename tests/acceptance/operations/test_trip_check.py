"""Doctor finds a worker that has another trip than the consumer."""

import pytest

from tests.acceptance.conftest import World
from tests.acceptance.doctor_reports import CONSUMER, WORKER, doctor
from tests.poll import eventually


@pytest.mark.parametrize("command", [CONSUMER, WORKER])
async def test_a_worker_that_has_another_trip_is_found(world: World, command: str) -> None:
    await world.worker()

    async def found() -> bool:
        return (await doctor(world, command)).states["trip"] == "ok"

    await eventually("the worker's own trip to be fine", found, 30)
    other = await doctor(world, command, VOYAGE_TRIP="tests.trips.insured:Insured")

    assert other.states["trip"] == "failed"
    assert other.found["trip"].endswith("workers have another: voyage.trips.tutorial:BookingRequest")
    assert "VOYAGE_TRIP=tests.trips.insured:Insured" in other.to_do["trip"]
