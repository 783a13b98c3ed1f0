"""Rights that are taken away while a consumer runs: which, on what, for whom; and back by itself."""

import asyncio

import pytest

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from tests.acceptance.doctor_reports import doctor
from tests.acceptance.inbox import TRIP, Inbox
from tests.acceptance.operations.conftest import NOTHING, Managed
from tests.acceptance.watching import Watched
from tests.poll import eventually

pytestmark = pytest.mark.thorough

WITHIN = 60.0  # seconds; what RabbitMQ logs is asked each half minute


async def problem(watched: Watched, check: str) -> str:
    """What /readyz says of a check that is not permitted."""

    async def look() -> str:
        problems = (await watched.get("/readyz")).json()["problems"]
        found = [one for one in problems if one["check"] == check and one["reason"] == "not_permitted"]
        return found[0]["text"] if found else ""

    return await eventually(f"/readyz to say why {check} is missing", look, WITHIN)


async def test_the_right_to_write_is_named_and_answers_come_when_it_is_back(managed: Managed) -> None:
    consumer, _ = await asyncio.gather(managed.consumer(), managed.world.worker())
    await managed.may(write=NOTHING)
    text = await problem(consumer, "right to write")
    report = await doctor(managed.world)
    async with managed.channel() as channel:
        inbox = await Inbox.open(channel, managed.world.settings)
        await inbox.send(TRIP)
        waiting = await consumer.service.logged("A result waits: RabbitMQ: ACCESS_REFUSED")
        await managed.may()
        await consumer.until_ready()
        answer = await inbox.answer("the answer that waited")

    assert answer["status"] == "booked"
    assert "ACCESS_REFUSED" in text
    assert "right to write" in text
    assert managed.user in waiting
    assert "'amq.default'" in text
    assert f"user '{managed.user}'" in text
    assert report.to_do["publishing to the default exchange"] in text
    told = [line for line in consumer.service.log if "Not ready: right to write" in line]
    assert len(told) == 1
    assert not any("Traceback" in line for line in consumer.service.log)


async def test_the_right_to_read_is_named_before_the_consumer_needs_it_again(managed: Managed) -> None:
    consumer, _ = await asyncio.gather(managed.consumer(), managed.world.worker())
    await managed.may(read=NOTHING)
    text = await problem(consumer, "right to read")
    await managed.may()
    await consumer.until_ready()

    assert "ACCESS_REFUSED" in text
    assert "right to read" in text
    assert f"'{managed.world.settings.requests_queue}'" in text
    assert f"user '{managed.user}'" in text


async def test_a_connection_lost_without_the_right_to_read_comes_back_with_it(managed: Managed) -> None:
    consumer, _ = await asyncio.gather(managed.consumer(), managed.world.worker())
    await managed.may(read=NOTHING)
    await managed.close_connections()
    await problem(consumer, managed.world.settings.requests_queue)
    await managed.may()
    await consumer.until_ready()
    async with await Client.connect(managed.node.url, managed.world.settings) as client:
        result = await client.book(BookingRequest.model_validate(TRIP))

    assert result.status is Status.BOOKED
    assert consumer.service.process.returncode is None
