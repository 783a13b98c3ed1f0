"""The CSV example over real servers: killed and run again, each row is booked once, and none is lost."""

import csv
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.acceptance.client.running import Shop, a_shop
from tests.acceptance.conftest import World
from tests.poll import eventually

ROWS = 300


@pytest.fixture
async def shop(booking: World) -> AsyncIterator[Shop]:
    async with a_shop(booking) as shop:
        yield shop


@pytest.fixture
def source(tmp_path: Path) -> Path:
    run = uuid4().hex[:8]
    rows = [f"{run}-{n},Jane,c,h,{'invalid-flight' if n % 50 == 0 else 'f'}" for n in range(ROWS)]
    file = tmp_path / "trips.csv"
    file.write_text("\n".join(["booking_id,name,car,hotel,flight", *rows, ""]))
    return file


async def test_it_is_killed_and_cut_off_and_run_again(shop: Shop, source: Path) -> None:
    target = source.with_name("results.csv")

    async def until_booked(rows: int) -> None:
        await eventually(f"{rows} rows", lambda: target.exists() and target.read_text().count("\n") > rows)

    for enough in (20, 100):
        service = await shop.services.run("examples.applications.rows", str(source), str(target))
        await until_booked(enough)
        shop.proxy.cut()
        await until_booked(enough + 20)
        service.process.kill()
        await service.process.wait()
    with target.open("a") as torn:
        torn.write("a-line-that-was-cut")
    service = await shop.services.run("examples.applications.rows", str(source), str(target))
    assert await service.process.wait() == 0

    with target.open(newline="") as results:
        rows = list(csv.DictReader(results))
    with source.open(newline="") as trips:
        wanted = [row["booking_id"] for row in csv.DictReader(trips)]
    assert sorted(row["booking_id"] for row in rows) == sorted(wanted)
    statuses = [row["status"] for row in rows]
    assert (statuses.count("cancelled"), statuses.count("booked")) == (ROWS // 50, ROWS - ROWS // 50)


async def test_it_stops_in_time(shop: Shop, source: Path) -> None:
    target = source.with_name("results.csv")
    await shop.services.run("examples.applications.rows", str(source), str(target))
    await eventually("some rows to be booked", lambda: target.exists() and target.read_text().count("\n") > 5)
    await shop.proxy.shut()
    await shop.stops()
