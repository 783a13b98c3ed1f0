"""What a unit test may say to the fake Voyage; tests/acceptance/client shows that it is like the real one."""

import asyncio
import subprocess
import sys
from contextlib import aclosing
from typing import Annotated

import pytest

from publisher import BookingRequest, ResultTimeoutError, Sent, Status
from voyage import Leg, Trip
from voyage.testing import FakeVoyage, HarnessError

REQUEST = BookingRequest(name="Jane", car="c", hotel="h", flight="f")


class Ride(Trip):
    jeep: Annotated[str, Leg()]
    lodge: Annotated[str | None, Leg()] = None


async def test_a_refusal_holds_so_many_times_and_then_what_was_said_before() -> None:
    voyage = FakeVoyage()
    voyage.refuses("hotel", "Full", times=1)
    async with voyage.connect() as client:
        ends = [await client.book(REQUEST.model_copy()) for _ in range(2)]
    assert [end.status for end in ends] == [Status.CANCELLED, Status.BOOKED]
    assert ends[0].reason
    assert ends[0].reason.message == "Full"


async def test_a_trip_of_ones_own_without_an_optional_leg() -> None:
    voyage = FakeVoyage(Ride)
    voyage.refuses("lodge")
    async with voyage.connect() as client:
        result = await client.book(Ride(name="Jane", jeep="red"))
    assert (result.booked, [leg.leg for leg in result.legs]) == ({"jeep": "Jeep: red"}, ["jeep"])


def test_a_leg_that_is_none_is_a_mistake() -> None:
    with pytest.raises(HarnessError, match=r"no leg 'train'; it has car, hotel, flight"):
        FakeVoyage().refuses("train")


async def test_what_was_sent_can_be_looked_at() -> None:
    voyage = FakeVoyage()
    async with voyage.connect() as client:
        booking_id = await client.publish(REQUEST)
    assert [request.booking_id for request in voyage.requests] == [booking_id]
    assert voyage.requests[0].name == "Jane"


async def test_two_clients_see_the_same_voyage() -> None:
    voyage = FakeVoyage()
    async with voyage.connect() as one, voyage.connect() as other, aclosing(other.results()) as results:
        booking_id = await one.publish(REQUEST)
        assert (await anext(results)).booking_id == booking_id
        assert (await other.status(booking_id)).status is Status.BOOKED


async def test_what_waits_goes_on_from_another_thread() -> None:
    voyage = FakeVoyage()
    voyage.is_slow()
    async with voyage.connect() as client:
        booking = asyncio.create_task(client.book(REQUEST))
        await asyncio.sleep(0)
        await asyncio.to_thread(voyage.loses_rabbitmq)
        with pytest.raises(ResultTimeoutError) as late:
            await client.book(REQUEST.model_copy(), timeout=0.05)
        await asyncio.to_thread(voyage.rabbitmq_is_back)
        await asyncio.to_thread(voyage.goes_on)
        assert (await booking).status is Status.BOOKED
    assert late.value.sent is Sent.NO


def test_it_needs_neither_pytest_nor_temporal() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['pytest', 'temporalio', 'structlog', 'httpx']))\n"
        "from voyage.testing import FakeVoyage; FakeVoyage()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 -- our own
