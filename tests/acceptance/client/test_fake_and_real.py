"""The fake Voyage does to a client what the real one does: each test plays on both."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from publisher import (
    BlockingClient,
    BookingRejectedError,
    BookingResult,
    BrokerUnreachableError,
    Client,
    ClientClosedError,
    NotDeclaredError,
    PublishTimeoutError,
    ResultTimeoutError,
    Sent,
    Status,
)
from tests.acceptance.client.stages import REFUSAL, Fake, Real, Stage, a_trip
from tests.acceptance.conftest import World
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.poll import eventually

NEVER_SEEN = {"cancelled": True, "result": "Voyage cancelled", "user_id": None, "status": "cancelled"}


def told(result: BookingResult) -> dict[str, Any]:
    """A result without what each supplier makes up."""
    body = result.model_dump(mode="json")
    for leg in body["legs"]:
        leg["reference"] = leg["reference"] and "some"
    return body


class Both:
    """What holds for any client, whatever it is connected to."""

    @pytest.fixture
    async def client(self, stage: Stage) -> AsyncIterator[Client]:
        async with stage.connect() as client:
            yield client

    async def test_a_booked_trip(self, stage: Stage, client: Client) -> None:
        trip = a_trip(stage)
        result = await client.book(trip)
        assert told(result) == {
            "cancelled": False,
            "car": "Car: c",
            "hotel": "Hotel: h",
            "flight": "Flight: f",
            "result": "Booked car: c Booked hotel: h Booked flight: f",
            "user_id": result.user_id,
            "booking_id": trip.booking_id,
            "status": "booked",
            "duplicate": False,
            "revision": 1,
            "legs": [
                {"leg": leg, "status": "booked", "reference": "some", "attempts": 1, "error": None}
                for leg in ("car", "hotel", "flight")
            ],
            "reason": None,
        }
        assert str(result.user_id).startswith("jane-smith-")

    async def test_a_refused_trip(self, stage: Stage, client: Client) -> None:
        stage.refuses()
        result = told(await client.book(a_trip(stage)))
        legs = [
            (leg["leg"], leg["status"], leg["reference"], leg["attempts"], leg["error"])
            for leg in result["legs"]
        ]
        assert legs == [
            ("car", "undone", "some", 1, None),
            ("hotel", "refused", None, 1, REFUSAL),
            ("flight", "not_tried", None, 0, None),
        ]
        assert (result["status"], result["cancelled"]) == ("cancelled", True)
        assert result["reason"] == {"code": "refused", "leg": "hotel", "message": REFUSAL}

    async def test_the_same_id_again_is_the_same_result(self, stage: Stage, client: Client) -> None:
        trip = a_trip(stage)
        first, again = await client.book(trip), await client.book(trip)
        assert again == first.model_copy(update={"duplicate": True})
        with pytest.raises(BookingRejectedError) as rejected:
            await client.book(trip.model_copy(update={"car": "another"}))
        assert rejected.value.result.reason
        assert (rejected.value.result.reason.code, rejected.value.booking_id) == ("conflict", trip.booking_id)

    async def test_a_deadline_that_is_past(self, stage: Stage, client: Client) -> None:
        result = await client.book(a_trip(stage, deadline=datetime.now(UTC) - timedelta(hours=1)))
        assert (result.status, result.reason and result.reason.code) == (Status.CANCELLED, "deadline")

    async def test_a_late_result_is_there_for_who_asks_again(self, stage: Stage, client: Client) -> None:
        stage.is_slow()
        trip = a_trip(stage)
        with pytest.raises(ResultTimeoutError, match="it goes on") as late:
            await client.book(trip, timeout=1)
        assert (late.value.sent, late.value.booking_id) == (Sent.SAFE, trip.booking_id)
        assert (await client.status(str(trip.booking_id))).status is Status.RUNNING
        stage.goes_on()
        assert (await client.book(trip, timeout=20)).status is Status.BOOKED
        assert (await client.status(str(trip.booking_id))).status is Status.BOOKED

    async def test_a_cancel_that_comes_first_wins(self, stage: Stage, client: Client) -> None:
        trip = a_trip(stage)
        await client.cancel(str(trip.booking_id), "changed my mind")
        await eventually("the cancel to be known", lambda: _is_cancelled(client, str(trip.booking_id)))
        result = await client.book(trip)
        assert (result.status, result.reason and result.reason.code) == (
            Status.CANCELLED,
            "cancelled_by_request",
        )

    async def test_a_cancel_under_way(self, stage: Stage, client: Client) -> None:
        stage.is_slow()
        trip = a_trip(stage)
        async with client.booking(trip) as result:
            await eventually("the booking to run", lambda: _runs(client, str(trip.booking_id)))
            await client.cancel(str(trip.booking_id))
            answer = await result
        assert (answer.status, answer.reason and answer.reason.code) == (
            Status.CANCELLED,
            "cancelled_by_request",
        )

    async def test_nobody_knows_an_id(self, client: Client) -> None:
        assert (await client.status("never-seen")).status is Status.UNKNOWN_BOOKING

    async def test_a_lost_rabbitmq(self, stage: Stage, client: Client) -> None:
        await client.book(a_trip(stage))  # so that there is a reply queue
        trip = a_trip(stage)
        await stage.loses_rabbitmq()
        with pytest.raises(ResultTimeoutError, match="was not sent") as late:
            await client.book(trip, timeout=0.5)
        with pytest.raises(PublishTimeoutError) as unconfirmed:
            await client.publish(trip)
        with pytest.raises(BrokerUnreachableError):
            await stage.connect()
        assert (late.value.sent, unconfirmed.value.sent) == (Sent.NO, Sent.NO)
        await stage.rabbitmq_is_back()
        again = await _until_confirmed(client, trip)
        assert (again.status, again.duplicate) == (Status.BOOKED, False)

    async def test_a_rabbitmq_that_confirms_nothing(self, stage: Stage, client: Client) -> None:
        await client.book(a_trip(stage))
        trip = a_trip(stage)
        await stage.confirms_nothing()
        with pytest.raises(PublishTimeoutError) as unconfirmed:
            await client.publish(trip)
        assert (unconfirmed.value.sent, unconfirmed.value.booking_id) == (Sent.MAYBE, trip.booking_id)
        await stage.rabbitmq_is_back()
        assert (await _until_confirmed(client, trip)).status is Status.BOOKED

    async def test_a_subscriber_gets_a_result_again_until_it_asks_for_the_next(
        self, stage: Stage, client: Client
    ) -> None:
        one, two = (
            BookingResult.model_validate({**NEVER_SEEN, "booking_id": a_trip(stage).booking_id}) for _ in "12"
        )
        for result in (one, one, two):
            await stage.sends(result)
        async with asyncio.timeout(20), aclosing(client.results()) as results:
            assert await anext(result async for result in results if result in (one, two)) == one
        seen = []
        async with asyncio.timeout(20), aclosing(client.results()) as results:
            async for result in results:  # others are left from other tests
                seen += [result] if result in (one, two) else []
                if two in seen:
                    break
        assert seen == [one, two]
        with pytest.raises(NotDeclaredError):
            await anext(client.results("nobody.knows.me"))

    async def test_a_handler_that_fails_gets_its_result_again(self, stage: Stage, client: Client) -> None:
        sent = BookingResult.model_validate({**NEVER_SEEN, "booking_id": a_trip(stage).booking_id})
        tries = 0
        done = asyncio.Event()

        async def handle(result: BookingResult) -> None:
            nonlocal tries
            if result != sent:  # others are left from other tests
                return
            tries += 1
            if tries == 1:
                raise ValueError("not now")
            done.set()

        await stage.sends(sent)
        handling = asyncio.create_task(client.handle(handle, concurrency=3))
        async with asyncio.timeout(20):
            await done.wait()
        handling.cancel()
        with suppress(asyncio.CancelledError):
            await handling
        assert tries == 2

    async def test_the_blocking_client_in_several_threads(self, stage: Stage) -> None:
        with await asyncio.to_thread(BlockingClient, stage.connect) as client:
            trips = [a_trip(stage) for _ in range(5)]
            results = await asyncio.gather(*(asyncio.to_thread(client.book, trip) for trip in trips))
        assert [result.booking_id for result in results] == [trip.booking_id for trip in trips]
        assert {result.status for result in results} == {Status.BOOKED}

    async def test_what_waits_in_a_client_ends_with_it(self, stage: Stage) -> None:
        stage.is_slow()
        client = await stage.connect()
        waiting = asyncio.create_task(client.book(a_trip(stage)))
        await asyncio.sleep(0.5)
        await client.close()
        await client.close()
        with pytest.raises(ClientClosedError):
            await waiting
        with pytest.raises(ClientClosedError, match="Connect a new one"):
            await client.publish(a_trip(stage))


class TestFake(Both):
    @pytest.fixture
    def stage(self) -> Stage:
        return Fake()


class TestReal(Both):
    @pytest.fixture
    async def stage(self, booking: World) -> AsyncIterator[Stage]:
        async with Proxy(booking.settings.url.port or 0) as proxy:
            yield Real(booking, proxy)


async def _until_confirmed(client: Client, trip: Any) -> BookingResult:
    """Book again until it is heard, as a careful caller does."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await client.book(trip, timeout=10)
            except (PublishTimeoutError, ResultTimeoutError):
                continue


async def _is_cancelled(client: Client, booking_id: str) -> bool:
    return (await client.status(booking_id)).status is Status.CANCELLED


async def _runs(client: Client, booking_id: str) -> bool:
    return (await client.status(booking_id)).status is Status.RUNNING
