"""Bookings whose payloads are encrypted: everything works, and Temporal holds nothing that can be read."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from temporalio.client import Client as Temporal

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from tests.acceptance.conftest import World, a_world
from tests.acceptance.services import SHAPES
from tests.conftest import own_names
from tests.poll import eventually
from voyage import devstack

NAME, CAR, HOTEL, FLIGHT = "Wilhelmina", "limousine", "invalid-palace", "down-to-rio"
READABLE = (NAME, NAME.lower(), CAR, "palace", "to-rio")
OLD, NEW = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))


def trip(hotel: str = "grand-palace", flight: str = "to-rio", car: str = CAR) -> BookingRequest:
    return BookingRequest(name=NAME, car=car, hotel=hotel, flight=flight, attempts=2, booking_id=uuid4().hex)


@pytest.fixture
async def encrypted(servers: devstack.Servers) -> AsyncIterator[World]:
    async with a_world(servers.amqp_url, servers.temporal_address, own_names()) as world:
        world.extra["VOYAGE_ENCRYPTION_KEYS"] = f"old:{OLD}"
        yield world


async def stored(temporal: Temporal, world: World) -> dict[str, bytes]:
    """Everything that Temporal has of the workflows of this world, by their ids: history, memo, summary."""
    queues = f"'{world.settings.task_queue}', '{world.settings.reply_task_queue}'"
    found = {}
    async for execution in temporal.list_workflows(f"TaskQueue IN ({queues})"):
        handle = temporal.get_workflow_handle(execution.id, run_id=execution.run_id)
        described = (await handle.describe()).raw_description.SerializeToString()
        events = (await handle.fetch_history()).events
        history = b"".join(event.SerializeToString() for event in events)
        found[execution.id] = execution.raw_info.SerializeToString() + described + history
    return found


async def is_cancelled(client: Client, request: BookingRequest) -> bool:
    return (await client.status(request.booking_id or "")).status is Status.CANCELLED


@pytest.mark.parametrize("shape", SHAPES)
async def test_temporal_holds_nothing_readable_of_any_way_a_booking_can_go(
    shape: str, encrypted: World, temporal: Temporal
) -> None:
    await encrypted.everything(shape)
    slow = trip(car="slow-limousine")
    async with await Client.connect(settings=encrypted.settings) as client:
        booked, refused, down = await asyncio.gather(
            *(client.book(request) for request in (trip(), trip(hotel=HOTEL), trip(flight=FLIGHT)))
        )
        again = await client.book(trip().model_copy(update={"booking_id": booked.booking_id}))
        status = await client.status(booked.booking_id or "")
        overtaken = trip()
        await client.cancel(overtaken.booking_id or "", f"{NAME} is ill")
        await eventually("the cancel to be known", lambda: is_cancelled(client, overtaken))
        cancelled = await client.book(overtaken)
        stopped = asyncio.create_task(client.book(slow))
        await encrypted.until_it_books(slow.booking_id, "car")
        await temporal.get_workflow_handle(f"booking-{slow.booking_id}").terminate()
        failed = await stopped

    assert [r.status for r in (booked, refused, down)] == [
        Status.BOOKED,
        Status.CANCELLED,
        Status.CANCELLED,
    ]
    assert (again.status, again.duplicate, status.status) == (Status.BOOKED, True, Status.BOOKED)
    assert (cancelled.status, failed.status) == (Status.CANCELLED, Status.FAILED)
    assert (refused.reason and refused.reason.code, failed.legs[0].status) == ("refused", "unknown")

    async def all_of_them() -> dict[str, bytes] | None:
        found = await stored(temporal, encrypted)
        ids = {f"booking-{r.booking_id}" for r in (booked, refused, down, cancelled, failed)}
        return found if ids <= found.keys() else None

    found = await eventually("every booking in Temporal's list", all_of_them)
    seen = {(id_, word) for id_, raw in found.items() for word in READABLE if word.encode() in raw}
    assert not seen
    assert all(b"binary/encrypted" in found[f"booking-{r.booking_id}"] for r in (booked, failed))


@pytest.mark.thorough
async def test_after_a_rotation_old_bookings_are_known_and_without_the_old_key_they_wait_with_a_reason(
    encrypted: World,
) -> None:
    consumer = await encrypted.consumer("--with-worker")
    request = trip()
    async with await Client.connect(settings=encrypted.settings) as client:
        await client.book(request)
        await consumer.end()
        encrypted.extra["VOYAGE_ENCRYPTION_KEYS"] = f"new:{NEW},old:{OLD}"
        consumer = await encrypted.consumer("--with-worker")
        again, other = await client.book(request), await client.book(trip())
        await consumer.end()
        encrypted.extra["VOYAGE_ENCRYPTION_KEYS"] = f"new:{NEW}"
        consumer = await encrypted.consumer("--with-worker")
        waiting = asyncio.create_task(client.book(request))
        line = await consumer.logged("waits: Encrypted with the key 'old'")
        new = await client.book(trip())
        await consumer.end()
        encrypted.extra["VOYAGE_ENCRYPTION_KEYS"] = f"new:{NEW} old:{OLD}"
        await encrypted.consumer("--with-worker")
        late = await waiting

    assert (again.status, again.duplicate, other.status) == (Status.BOOKED, True, Status.BOOKED)
    assert "Add it to VOYAGE_ENCRYPTION_KEYS" in line
    assert (new.status, late.status, late.duplicate) == (Status.BOOKED, Status.BOOKED, True)
    assert OLD not in "".join(line for service in encrypted.services for line in service.log)


@pytest.mark.parametrize("module", ["consumer", "saga"])
async def test_a_key_that_is_none_ends_the_process_with_code_2(module: str, encrypted: World) -> None:
    encrypted.extra["VOYAGE_ENCRYPTION_KEYS"] = "old:no-key-at-all"
    service = await encrypted.run(module)
    assert await asyncio.wait_for(service.process.wait(), 30) == 2
    line = await service.logged("VOYAGE_ENCRYPTION_KEYS: takes id:key")
    assert "no-key-at-all" not in line
