"""The whole way with suppliers behind HTTP: what the result says is what the supplier's ledger has."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple
from uuid import uuid4

import pytest

from examples.demo.supplier import ExampleSupplier
from publisher import BookingRequest, BookingResult, Client
from publisher.contract.result import Status
from tests.acceptance.conftest import World, a_world
from tests.conftest import own_names
from tests.poll import eventually
from voyage import devstack

LEGS = ("car", "hotel", "flight")
BOOK = ("refuse", "error", "error*1", "down", "down*1", "lost", "lost*1", "slow", "twice")
UNDO = ("refuse", "error", "error*1", "down*1", "lost*1", "slow", "twice")
NEVER_BOOKED = {"fault=error", "fault=down"}


class Fault(NamedTuple):
    leg: str
    fault: str


FAULTS = [
    Fault(leg, fault)
    for leg in LEGS
    for fault in (*(f"fault={kind}" for kind in BOOK), *(f"undo-fault={kind}" for kind in UNDO))
]


@pytest.fixture(scope="module")
def supplier() -> Iterator[ExampleSupplier]:
    with ExampleSupplier(slowness=0.2) as supplier:
        yield supplier


@pytest.fixture(scope="module")
async def shop(servers: devstack.Servers, supplier: ExampleSupplier) -> AsyncIterator[World]:
    """Everything running, with the example supplier for each leg, and few tries."""
    async with a_world(servers.amqp_url, servers.temporal_address, own_names()) as world:
        world.with_settings(undo_attempts=2)
        world.extra.update(supplier.settings)
        await asyncio.gather(world.consumer(), world.worker())
        yield world


def trip(*faults: Fault, attempts: int = 2) -> BookingRequest:
    own = uuid4().hex
    items = {leg: " ".join(["item", *(fault.fault for fault in faults if fault.leg == leg)]) for leg in LEGS}
    return BookingRequest(name="Jane", attempts=attempts, booking_id=own, **items)


def undo_failed(result: BookingResult) -> set[str]:
    return {leg.leg for leg in result.legs if leg.status == "undo_failed"}


def disagreement(faults: Sequence[Fault], result: BookingResult, supplier: ExampleSupplier) -> str:
    """What the result says that the supplier's ledger does not, if anything."""
    rows = supplier.ledger().bookings(f"booking-{result.booking_id}")
    live = sorted(row["leg"] for row in rows if row["state"] == "booked")
    never_booked = {fault.leg for fault in faults if fault.fault in NEVER_BOOKED}
    expected = LEGS if result.status is Status.BOOKED else undo_failed(result) - never_booked
    wrong = [] if live == sorted(expected) else [f"booked at the supplier: {live}"]
    if (result.status is Status.FAILED) != bool(undo_failed(result)):
        wrong.append("failed without a leg that says so")
    references = {row["leg"]: row["reference"] for row in rows}
    for leg in result.legs:
        never_heard = leg.reference is None and leg.status != "booked"
        if not never_heard and leg.reference != references.get(leg.leg):
            wrong.append(f"{leg.leg}: {leg.reference}")
    return f"{faults}: {wrong}; {result.model_dump_json()}" if wrong else ""


@pytest.mark.thorough
@pytest.mark.timeout(400)
async def test_result_and_ledger_agree_for_each_combination_of_up_to_two_faults(
    shop: World, supplier: ExampleSupplier
) -> None:
    combos = [(), *((fault,) for fault in FAULTS), *combinations(FAULTS, 2)]
    in_flight = asyncio.Semaphore(60)
    async with await Client.connect(settings=shop.settings) as client:

        async def book(faults: tuple[Fault, ...]) -> str:
            async with in_flight:
                result = await client.book(trip(*faults), timeout=120)
            return disagreement(faults, result, supplier)

        wrong = [text for text in await asyncio.gather(*map(book, combos)) if text]

    assert len(combos) == 1 + 48 + 48 * 47 // 2
    assert not wrong, f"{len(wrong)} of {len(combos)} disagree:\n" + "\n".join(wrong[:10])


async def test_retry_after_is_honoured(shop: World, supplier: ExampleSupplier) -> None:
    """Two tries are enough for an outage of seconds, as the second waits until it is over."""
    request = trip().model_copy(update={"hotel": "a-room-that-is-away"})
    supplier.be_down(2.5, "that-is-away")
    async with await Client.connect(settings=shop.settings) as client:
        result = await client.book(request)

    assert result.status is Status.BOOKED
    assert result.legs[1].attempts == 2


@pytest.mark.timeout(300)  # 400 bookings at once take a busy machine a minute and more
async def test_bookings_stuck_on_a_supplier_that_is_down_hold_up_no_others(
    shop: World, supplier: ExampleSupplier
) -> None:
    supplier.be_down(600, "stuck")
    async with await Client.connect(settings=shop.settings) as client:
        stuck_trips = [trip(attempts=100).model_copy(update={"car": "stuck"}) for _ in range(200)]
        stuck = [asyncio.create_task(client.book(request, timeout=250)) for request in stuck_trips]
        others = await asyncio.gather(*(client.book(trip(), timeout=200) for _ in range(200)))
        done_meanwhile = sum(task.done() for task in stuck)
        supplier.be_down(0)
        await asyncio.gather(*(client.cancel(str(request.booking_id)) for request in stuck_trips))
        ended = await asyncio.gather(*stuck)

    assert {result.status for result in others} == {Status.BOOKED}
    assert done_meanwhile == 0
    assert len(ended) == 200


async def test_an_undo_that_fails_waits_for_a_person_and_ends_as_revision_two(shop: World) -> None:
    request = trip(Fault("car", "undo-fault=error"), Fault("hotel", "fault=refuse"))
    booking = f"booking-{request.booking_id}"
    async with await Client.connect(settings=shop.settings) as client:
        failed = await client.book(request)
        again = await client.book(request)
        status = await client.status(str(request.booking_id))

        assert (failed.status, failed.revision, undo_failed(failed)) == (Status.FAILED, 1, {"car"})
        assert again == failed.model_copy(update={"duplicate": True})
        assert status.status is Status.FAILED

        async def listed() -> bool:
            code, printed, _ = await shop.command("voyage-worker", "attention", "list", "--json")
            return code == 0 and booking in printed

        await eventually("the booking to be listed", listed)
        await shop.services[-1].end(signal.SIGKILL)
        assert await listed()
        await shop.worker()

        results = client.results()
        await client.publish(request)  # another address, while the booking waits: answered as it stands
        while (first := await anext(results)).booking_id != request.booking_id:
            pass
        assert (first.status, first.revision, first.duplicate) == (Status.FAILED, 1, True)
        settle = ("attention", "settle", str(request.booking_id), "--note", "called them", "--by", "ann")
        code, _, complained = await shop.command("voyage-worker", *settle)
        assert (code, complained) == (0, "")
        second = await anext(results)

    assert (second.status, second.revision, second.duplicate) == (Status.CANCELLED, 2, False)
    assert second.legs[0].error == "Settled by hand: called them (by ann)"

    async def off() -> bool:
        return not await listed()

    await eventually("the list to be empty", off)
    code, _, complained = await shop.command("voyage-worker", *settle)
    assert (code, complained.count("\n")) == (1, 1)
    assert "is not waiting for a person" in complained
