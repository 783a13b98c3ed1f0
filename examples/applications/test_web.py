"""Tests of the web application without servers: each says what Voyage does."""

from collections.abc import AsyncIterator

import httpx
import pytest

from examples.applications.web import app, client
from voyage.testing import FakeVoyage

TRIP = {"name": "Jane", "car": "c", "hotel": "h", "flight": "f", "booking_id": "order-1"}


@pytest.fixture
def voyage() -> FakeVoyage:
    return FakeVoyage(publish_timeout=0.1)


@pytest.fixture
async def web(voyage: FakeVoyage) -> AsyncIterator[httpx.AsyncClient]:
    async with voyage.connect() as fake:
        app.dependency_overrides[client] = lambda: fake
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as web:
            yield web
        app.dependency_overrides.clear()


async def test_a_trip_is_booked(web: httpx.AsyncClient) -> None:
    answer = await web.post("/trips", json=TRIP)
    assert (answer.status_code, answer.json()["status"]) == (200, "booked")


async def test_a_hotel_is_full(web: httpx.AsyncClient, voyage: FakeVoyage) -> None:
    voyage.refuses("hotel", "Full")
    answer = (await web.post("/trips", json=TRIP)).json()
    assert (answer["status"], answer["reason"]["message"]) == ("cancelled", "Full")


async def test_a_slow_booking_can_be_followed(web: httpx.AsyncClient, voyage: FakeVoyage) -> None:
    voyage.is_slow()
    answer = await web.post("/trips?wait=0", json=TRIP)
    assert (answer.status_code, answer.headers["Location"]) == (202, "/trips/order-1")
    assert (await web.get("/trips/order-1")).json()["status"] == "running"
    voyage.goes_on()
    assert '"status":"booked"' in (await web.get("/trips/order-1/events")).text


async def test_an_outage_is_told_with_the_id(web: httpx.AsyncClient, voyage: FakeVoyage) -> None:
    voyage.loses_rabbitmq()
    answer = await web.post("/trips", json=TRIP)
    assert (answer.status_code, answer.json()["sent"]) == (503, "no")
    assert answer.json()["booking_id"] == "order-1"
    voyage.rabbitmq_is_back()
    assert (await web.post("/trips", json=TRIP)).status_code == 200
