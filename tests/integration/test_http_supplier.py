"""The HTTP adapter against the example supplier, a process of its own."""

import asyncio
import time
from collections.abc import Iterator
from datetime import date
from email.utils import formatdate
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from aiohttp import web
from pydantic import HttpUrl

from examples.demo.supplier import ExampleSupplier
from saga.errors import SupplierRefusedError, SupplierUnavailableError
from saga.suppliers.contract_tests import SupplierContract
from saga.suppliers.http import HttpSupplier
from saga.suppliers.supplier import SupplierCall
from saga.suppliers.supplier_settings import SupplierSettings
from voyage.devstack.ports import free_port


@pytest.fixture(scope="module")
def service() -> Iterator[ExampleSupplier]:
    with ExampleSupplier(slowness=3) as service:
        yield service


def adapter(service: ExampleSupplier, **settings: Any) -> HttpSupplier:
    return HttpSupplier(SupplierSettings(url=HttpUrl(f"{service.url}/hotel"), **settings))


def call(item: str = "room") -> SupplierCall:
    booking = f"booking-{uuid4().hex}"
    return SupplierCall(
        booking=booking, leg="hotel", item=item, idempotency_key=f"{booking}:hotel", attempt=1, attempts=3
    )


def changes(service: ExampleSupplier, made: SupplierCall) -> list[str]:
    return [row["change"] for row in service.ledger().changes(made.booking)]


class TestTheContract(SupplierContract):
    leg = "hotel"

    @pytest.fixture
    def supplier(self, service: ExampleSupplier) -> HttpSupplier:
        return adapter(service)


class TestTheContractWithAnItemOfParts(SupplierContract):
    leg = "jeep"
    item: ClassVar = {"seats": 4, "from_day": date(2030, 7, 1)}
    refused_item: ClassVar = {"seats": 4, "note": "invalid"}
    details: ClassVar = {"name": "Jane", "loyalty_number": "L-1"}

    @pytest.fixture
    def supplier(self, service: ExampleSupplier) -> HttpSupplier:
        return adapter(service)


async def test_a_refusal_has_the_suppliers_own_words(service: ExampleSupplier) -> None:
    async with adapter(service) as supplier:
        with pytest.raises(SupplierRefusedError, match="Invalid hotel booking, rolling back!"):
            await supplier.book(call("invalid-room"))


async def test_an_internal_error_may_be_tried_again(service: ExampleSupplier) -> None:
    made = call("room fault=error*1")
    async with adapter(service) as supplier:
        with pytest.raises(SupplierUnavailableError, match="internal error"):
            await supplier.book(made)
        assert await supplier.book(made)


async def test_a_lost_answer_is_no_second_booking(service: ExampleSupplier) -> None:
    made = call("room fault=lost*1")
    async with adapter(service) as supplier:
        with pytest.raises(SupplierUnavailableError):
            await supplier.book(made)
        assert await supplier.book(made)
    assert changes(service, made) == ["booked", "repeated"]


async def test_an_answer_that_comes_twice_is_never_taken_for_another_calls(service: ExampleSupplier) -> None:
    async with adapter(service, connections=1) as supplier:
        for _ in range(20):
            await supplier.book(call("room fault=twice"))
            made = call()
            reference = await supplier.book(made)
            [row] = service.ledger().bookings(made.booking)
            assert reference == row["reference"]


async def test_a_slow_supplier_is_an_outage_after_the_timeout(service: ExampleSupplier) -> None:
    async with adapter(service, timeout=0.2) as supplier:
        with pytest.raises(SupplierUnavailableError, match=r"127\.0\.0\.1:\d+: no whole answer within 0.2 s"):
            await supplier.book(call("slow-room"))


async def test_a_full_pool_fails_the_try_and_blocks_nobody(service: ExampleSupplier) -> None:
    async with adapter(service, connections=1, pool_timeout=0.1) as supplier:
        slow = asyncio.create_task(supplier.book(call("slow-room")))
        with pytest.raises(SupplierUnavailableError, match="PoolTimeout"):
            await asyncio.gather(*(supplier.book(call()) for _ in range(2)))
        slow.cancel()


async def test_nobody_there_is_an_outage() -> None:
    nobody = SupplierSettings(url=HttpUrl(f"http://127.0.0.1:{free_port()}"))
    async with HttpSupplier(nobody) as supplier:
        with pytest.raises(SupplierUnavailableError, match=r"127\.0\.0\.1:\d+: .*connect"):
            await supplier.book(call())


async def test_down_says_when_to_come_back(service: ExampleSupplier) -> None:
    made = call("the-one-that-is-away")
    service.be_down(30, "that-is-away")
    async with adapter(service, retry_after_limit=12) as supplier:
        with pytest.raises(SupplierUnavailableError, match="Hotel service is down") as down:
            await supplier.book(made)
    service.be_down(0)
    assert down.value.retry_after == 12


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (404, {}, SupplierRefusedError),
        (409, {}, SupplierRefusedError),
        (422, {}, SupplierRefusedError),
        (401, {}, SupplierUnavailableError),
        (302, {"Location": "/elsewhere"}, SupplierUnavailableError),
        (429, {"Retry-After": "7"}, SupplierUnavailableError),
        (503, {"Retry-After": "a date"}, SupplierUnavailableError),
        (503, {"Retry-After": "soon"}, SupplierUnavailableError),
        (200, {}, SupplierUnavailableError),
    ],
)
async def test_what_each_answer_means(
    status: int, headers: dict[str, str], expected: type[Exception]
) -> None:
    async def answer(_: web.Request) -> web.Response:
        in_seven_seconds = formatdate(time.time() + 7, usegmt=True)
        said = {name: in_seven_seconds if value == "a date" else value for name, value in headers.items()}
        return web.Response(status=status, headers=said, text="{}")

    app = web.Application()
    app.add_routes([web.post("/bookings", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with HttpSupplier(SupplierSettings(url=HttpUrl(f"http://127.0.0.1:{port}"))) as supplier:
            with pytest.raises(expected) as failed:
                await supplier.book(call())
    finally:
        await runner.cleanup()
    asked_to_wait = "Retry-After" in headers and headers["Retry-After"] != "soon"
    if isinstance(failed.value, SupplierUnavailableError):
        assert (failed.value.retry_after is not None) == asked_to_wait
        assert not asked_to_wait or 5 <= failed.value.retry_after <= 7  # type: ignore[operator]  # not None, by the line above
