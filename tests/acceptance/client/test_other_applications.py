"""The examples on Flask and Celery, and the subscriber, over real servers and through faults."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from celery import Celery

from publisher import BookingRequest, Client
from tests.acceptance.client.running import Shop, a_shop
from tests.acceptance.conftest import World
from tests.poll import eventually

pytestmark = pytest.mark.thorough

FLASK = ("flask", "--app", "examples.applications.shop", "run", "--port", "PORT")


@pytest.fixture
async def shop(booking: World) -> AsyncIterator[Shop]:
    async with a_shop(booking) as shop:
        yield shop


def trip(**fields: Any) -> dict[str, Any]:
    return {"name": "Jane", "car": "c", "hotel": "h", "flight": "f", "booking_id": uuid4().hex, **fields}


async def test_flask_books_in_many_threads_and_over_a_broken_line(shop: Shop) -> None:
    async with await shop.served(*FLASK) as web:
        assert (await web.post("/trips", json=trip())).json()["status"] == "booked"
        calls = [asyncio.create_task(web.post("/trips", json=trip())) for _ in range(20)]
        await asyncio.sleep(0.1)
        shop.proxy.cut()
        assert [(await call).json()["status"] for call in calls] == ["booked"] * 20

        slow = await web.post("/trips?wait=0.2", json=trip(hotel="slow-hotel"))
        assert (slow.status_code, (await web.get(slow.headers["Location"])).json()["status"]) == (
            202,
            "running",
        )
        wrong = await web.post("/trips", json={"name": "Jane"})
        assert (wrong.status_code, wrong.json()[0]["loc"]) == (422, ["car"])


@pytest.mark.parametrize("is_away", [False, True])
async def test_flask_stops_in_time_while_a_call_waits(shop: Shop, *, is_away: bool) -> None:
    async with await shop.served(*FLASK) as web:
        await web.post("/trips", json=trip())
        waiting = asyncio.create_task(web.post("/trips", json=trip(hotel="slow-hotel")))
        await asyncio.sleep(1)
        if is_away:
            await shop.proxy.shut()
        await shop.stops()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_a_task_books_once_though_its_workers_are_killed(shop: Shop, booking: World) -> None:
    broker, queue = booking.settings.amqp_url.get_secret_value(), f"celery-{uuid4().hex[:8]}"
    shop.services.extra["CELERY_BROKER_URL"] = broker
    command = (
        "-m",
        "celery",
        "--app",
        "examples.applications.tasks",
        "worker",
        "-Q",
        queue,
        "-c",
        "2",
        "-l",
        "INFO",
    )
    worker = await shop.services.start(sys.executable, *command)
    await worker.logged("ready.")
    celery = Celery(broker=broker, backend="rpc://")
    sent = [
        await asyncio.to_thread(_send, celery, queue, trip(hotel=hotel)) for hotel in ("h", "slow-hotel") * 3
    ]
    await asyncio.sleep(1)
    _kill_family(worker.process.pid)
    await worker.process.wait()
    shop.proxy.cut()
    worker = await shop.services.start(sys.executable, *command)
    ends = [await asyncio.to_thread(one.get, timeout=60) for one in sent]
    assert [end["status"] for end in ends] == ["booked"] * 6
    await shop.proxy.shut()
    await shop.stops(worker)


async def test_the_ledger_has_each_result_once_though_it_is_killed(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "results.sqlite"
    async with Client.connect(settings=shop.world.settings) as client:
        ids = {await client.publish(BookingRequest.model_validate(trip())) for _ in range(60)}
    for enough in (10, 25):
        ledger = await shop.services.run("examples.applications.ledger", str(file))
        await _until_written(file, enough)
        shop.proxy.cut()
        ledger.process.kill()
        await ledger.process.wait()
    ledger = await shop.services.run("examples.applications.ledger", str(file))
    await eventually("each result to be written", lambda: ids <= {row[0] for row in _rows(file)})
    assert len(_rows(file)) == len(set(_rows(file)))
    await shop.proxy.shut()
    await shop.stops(ledger)


def _send(celery: Celery, queue: str, fields: dict[str, Any]) -> Any:
    return celery.send_task("examples.applications.tasks.book", [fields], queue=queue)


def _kill_family(parent: int) -> None:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for process in (parent, *map(int, children)):
        os.kill(process, signal.SIGKILL)


async def _until_written(file: Path, rows: int) -> None:
    await eventually(f"{rows} rows", lambda: len(_rows(file)) >= rows)


def _rows(file: Path) -> list[tuple[str, int]]:
    if not file.exists():
        return []
    with sqlite3.connect(file) as table:
        try:
            return table.execute("SELECT id, revision FROM results").fetchall()
        except sqlite3.OperationalError:  # it is being made
            return []
