"""The node with a client's reply queue is killed: who waits in `book()` gets his answer all the same."""

import asyncio
from uuid import uuid4

import pytest

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from tests.acceptance.conftest import World
from voyage.devstack.rabbitmq_cluster import Node, RabbitMqCluster

pytestmark = pytest.mark.thorough

NAME = "the client under test"
WITHIN = 30.0  # seconds that a booking may take, which is five without the loss


def trip(booking_id: str | None = None) -> BookingRequest:
    return BookingRequest(name="Jane", car="slow-car", hotel="h", flight="f", booking_id=booking_id)


async def _node_of_client(cluster: RabbitMqCluster) -> Node:
    return await asyncio.to_thread(cluster.node_of_connection, NAME)


@pytest.mark.parametrize("moved", [False, True], ids=["with its client", "without it"])
async def test_book_returns_although_the_reply_queue_is_lost(
    world: World, cluster: RabbitMqCluster, *, moved: bool
) -> None:
    await world.prepare()
    await asyncio.gather(world.consumer(), world.worker())
    async with Client.connect(settings=world.settings, name=NAME) as client:
        await client.status("nobody's")  # from here on there is a reply queue
        home = await _node_of_client(cluster)
        if moved:
            await asyncio.to_thread(home.ctl, "close_all_connections", "a test")
            await client.status("nobody's")
            assert await _node_of_client(cluster) is not home
        own = uuid4().hex
        booking = asyncio.create_task(client.book(trip(own), timeout=WITHIN))
        await world.until_it_books(own, "car")
        home.kill()
        try:
            during = await booking
            after = await client.book(trip(), timeout=WITHIN)
        finally:
            await asyncio.to_thread(home.start)

    assert (during.status, after.status, during.booking_id) == (Status.BOOKED, Status.BOOKED, own)
