"""The FastAPI example over real servers: what it answers, and that it stops in time, whatever there is."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from examples.applications.web import app
from tests.acceptance.client.running import Shop, a_shop
from tests.acceptance.conftest import World
from tests.poll import eventually

pytestmark = pytest.mark.thorough

UVICORN = ("uvicorn", "examples.applications.web:app", "--port", "PORT", "--timeout-graceful-shutdown", "1")


@pytest.fixture
async def shop(booking: World) -> AsyncIterator[Shop]:
    async with a_shop(booking) as shop:
        yield shop


@pytest.fixture
async def web(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    async with await shop.served(*UVICORN) as web:
        yield web


def trip(hotel: str = "h") -> dict[str, str]:
    return {"name": "Jane", "car": "c", "hotel": hotel, "flight": "f", "booking_id": uuid4().hex}


async def test_it_waits_or_says_202_and_tells_how_it_stands(web: httpx.AsyncClient) -> None:
    quick, slow = trip(), trip(hotel="slow-hotel")
    booked = await web.post("/trips", json=quick)
    assert (booked.status_code, booked.json()["status"], booked.json()["car"]) == (200, "booked", "Car: c")
    assert "reason" not in booked.json()
    accepted = await web.post("/trips?wait=0.2", json=slow)
    assert (accepted.status_code, accepted.json()["status"]) == (202, "running")
    told = (await web.get(accepted.headers["Location"] + "/events")).text.strip().split("\n\n")
    assert ('"running"' in told[0], '"booked"' in told[-1]) == (True, True)
    assert (await web.get(accepted.headers["Location"])).json()["status"] == "booked"
    conflict = await web.post("/trips", json={**quick, "car": "another"})
    assert (conflict.status_code, conflict.json()["booking_id"]) == (422, quick["booking_id"])
    assert (await web.get("/trips/nobody-knows-me")).status_code == 404


def test_its_openapi_page_says_what_each_field_is() -> None:
    schemas = app.openapi()["components"]["schemas"]
    for name in ("BookingRequest", "BookingResult", "LegResult", "Reason"):
        fields = schemas[name]["properties"]
        assert [field for field in fields if not fields[field].get("description")] == []


async def test_a_broken_line_costs_a_caller_nothing(shop: Shop, web: httpx.AsyncClient) -> None:
    await web.post("/trips", json=trip())
    trips = [trip() for _ in range(20)]
    calls = [asyncio.create_task(web.post("/trips", json=one)) for one in trips]
    await asyncio.sleep(0.1)
    shop.proxy.cut()
    answers = [(await call).json() for call in calls]
    assert {answer["status"] for answer in answers} == {"booked"}
    assert [answer["booking_id"] for answer in answers] == [one["booking_id"] for one in trips]


@pytest.mark.parametrize("when", ["idle", "waiting", "rabbitmq away", "rabbitmq away while waiting"])
async def test_it_stops_in_time(shop: Shop, web: httpx.AsyncClient, when: str) -> None:
    await web.post("/trips", json=trip())
    if "waiting" in when:
        slow = trip(hotel="slow-hotel")
        calls = [
            asyncio.create_task(web.post("/trips", json=slow)),
            asyncio.create_task(web.get(f"/trips/{slow['booking_id']}/events")),
        ]
        await asyncio.sleep(1)  # until both wait
        assert not any(call.done() for call in calls)
    if "away" in when:
        await shop.proxy.shut()
    await shop.stops()
    if "waiting" in when:
        await asyncio.gather(*calls, return_exceptions=True)


async def test_it_starts_and_stops_without_rabbitmq(shop: Shop) -> None:
    await shop.proxy.shut()
    async with await shop.served(*UVICORN) as web:
        assert (await web.get("/trips/a")).status_code == 503
        await shop.stops()
    async with await shop.served(*UVICORN) as web:
        await shop.proxy.open()

        async def books() -> bool:
            return (await web.post("/trips", json=trip())).status_code == 200

        await eventually("the application to reach RabbitMQ", books)
