"""Owners turned on under a running deployment: what was sent before is not booked twice, and has no owner."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from temporalio.client import Client as Temporal

from publisher import Status
from tests.acceptance.conftest import World, a_world
from tests.acceptance.owners.conftest import ALICE, BOB, BRIDGE, OPERATOR, Users, next_result, trip
from tests.conftest import own_names
from tests.users import url_of
from voyage import devstack
from voyage.devstack import RabbitMq

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(300)]


@pytest.fixture
async def before(node: RabbitMq, servers: devstack.Servers) -> AsyncIterator[World]:
    """Everything, without owners."""
    async with a_world(url_of(node, BRIDGE), servers.temporal_address, own_names()) as world:
        await world.consumer("--with-worker")
        yield world


async def turn_on(world: World, node: RabbitMq, unowned: str) -> Users:
    """As the page says: clients first, which declares their queues; then the consumers."""
    await world.services[-1].end()
    world.with_settings(owners=True, operators=f"{BRIDGE},{OPERATOR}", unowned_bookings=unowned)
    users = Users(node, world)
    async with await users.client(ALICE):
        pass
    await world.consumer("--with-worker")
    return users


async def test_a_repeat_of_what_was_sent_before_books_nothing(
    before: World, node: RabbitMq, temporal: Temporal
) -> None:
    own, waiting = uuid4().hex, uuid4().hex
    async with await Users(node, before).client(ALICE) as alice:
        await alice.book(trip(own))
        await before.services[-1].end()
        await alice.publish(trip(waiting))  # with the user; it waits for the consumers with owners
    users = await turn_on(before, node, "everybody")

    async with await users.client(ALICE) as alice, await users.client(BOB) as bob:
        result = await next_result(alice)
        assert result.booking_id == waiting
        assert (await alice.book(trip(own))).duplicate
        assert not (await bob.book(trip(own, car="another"))).duplicate
        await alice.cancel(own)
        assert (await alice.status(own)).status is Status.BOOKED
    described = await temporal.get_workflow_handle(f"booking-{own}").describe()
    assert await described.memo_value("owner", None) is None

    users = await turn_on(before, node, "operators")
    async with await users.client(ALICE) as alice, await users.client(OPERATOR) as operator:
        assert (await alice.status(own)).status is Status.UNKNOWN_BOOKING
        assert not (await alice.book(trip(own))).duplicate
        told = await operator.status(own, owner="")
        assert (told.status, told.car) == (Status.BOOKED, "Car: c")


async def test_a_cancel_from_before_its_request_wins_still(before: World, node: RabbitMq) -> None:
    own = uuid4().hex
    async with await Users(node, before).client(ALICE) as alice:
        await alice.cancel(own)  # it holds the id for its request
        assert (await alice.status(own)).status is Status.CANCELLED
    users = await turn_on(before, node, "everybody")

    async with await users.client(ALICE) as alice:
        assert (await alice.status(own)).status is Status.CANCELLED
        assert (await alice.book(trip(own))).status is Status.CANCELLED
