"""Beyond its quota an owner waits or is refused; nothing of his is lost, and others notice nothing."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client as Temporal
from temporalio.service import RPCError

from consumer.quotas import MOST_HELD
from publisher import BookingRejectedError, BookingResult, Client, Status
from tests.acceptance.conftest import a_world
from tests.acceptance.owners.conftest import ALICE, BOB, BRIDGE, OPERATOR, Users, next_result, trip
from tests.conftest import own_names
from tests.poll import eventually
from tests.users import url_of
from voyage import devstack
from voyage.devstack import RabbitMq
from voyage.trips.booking_ids import owner_id

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(300)]


@asynccontextmanager
async def held_to(
    node: RabbitMq, servers: devstack.Servers, quotas: str, **settings: Any
) -> AsyncIterator[Users]:
    """A world with these quotas, in which nothing runs yet."""
    on = {"owners": True, "operators": f"{BRIDGE},{OPERATOR}", "quotas": quotas, **settings}
    names = own_names().model_copy(update=on)
    async with a_world(url_of(node, BRIDGE), servers.temporal_address, names) as world:
        await world.prepare()
        yield Users(node, world)


async def publish(client: Client, count: int, **changes: Any) -> list[str]:
    ids = [uuid4().hex for _ in range(count)]
    remaining = iter(ids)

    async def send() -> None:
        for one in remaining:
            await client.publish(trip(one, **changes))

    await asyncio.gather(*(send() for _ in range(50)))
    return ids


async def results_of(client: Client, ids: Sequence[str], within: float = 90) -> list[BookingResult]:
    """The first result of each."""
    found: dict[str | None, BookingResult] = {}
    async with asyncio.timeout(within):
        async for result in client.results(timeout=within):
            found.setdefault(result.booking_id, result)
            if found.keys() >= set(ids):
                break
    return [found[one] for one in ids]


async def begun(temporal: Temporal, ids: Mapping[str, Sequence[str]]) -> int:
    """How many of these bookings have begun, by their owners; Temporal's list is left to the consumer."""
    count = 0
    for owner, own in ids.items():
        for one in own:
            with suppress(RPCError):
                await temporal.get_workflow_handle(f"booking-{owner}/{one}").describe()
                count += 1
    return count


async def test_requests_beyond_a_rate_wait_and_a_kill_loses_none(
    node: RabbitMq, servers: devstack.Servers, temporal: Temporal
) -> None:
    async with held_to(node, servers, f"{ALICE}=4/-") as users:
        world = users.world
        consumer = await world.consumer("--with-worker")
        async with await users.client(ALICE) as alice, await users.client(BOB) as bob:
            ids = await publish(alice, 100)
            assert (await bob.book(trip(uuid4().hex))).status is Status.BOOKED

            assert await begun(temporal, {ALICE: ids}) < 100, "others go first"
            await consumer.logged("alice is beyond its quota of 4 requests a second: requests wait")
            await consumer.end(signal.SIGKILL)
            await world.consumer("--with-worker")
            results = await results_of(alice, ids)
            assert {result.status for result in results} == {Status.BOOKED}
            assert await begun(temporal, {ALICE: ids}) == 100
        await eventually("nothing to wait", lambda: nothing_waits(users))
        assert await world.depth(world.settings.dead_queue) == 0


async def nothing_waits(users: Users) -> bool:
    settings = users.world.settings
    return not await users.world.depth(settings.waiting_queue) and not await users.world.depth(
        settings.requests_queue
    )


async def test_what_waits_goes_on_when_its_owner_has_no_quota_any_more(
    node: RabbitMq, servers: devstack.Servers
) -> None:
    async with held_to(node, servers, f"{ALICE}=0.01/-") as users:
        world = users.world
        consumer = await world.consumer("--with-worker")
        async with await users.client(ALICE) as alice:
            ids = await publish(alice, 10)
            await eventually("nine to wait", lambda: held(users, 9))
            await consumer.end()
            world.with_settings(quotas="", over_quota="refuse")
            await world.consumer("--with-worker")
            assert {result.status for result in await results_of(alice, ids)} == {Status.BOOKED}


async def test_several_consumers_share_a_rate(
    node: RabbitMq, servers: devstack.Servers, temporal: Temporal
) -> None:
    async with held_to(node, servers, f"{ALICE}=4/-") as users:
        world = users.world
        world.extra["VOYAGE_HEALTH_CHECK_INTERVAL"] = "0.2"
        await asyncio.gather(world.consumer("--with-worker"), world.consumer("--with-worker"))
        async with await users.client(ALICE) as alice:
            ids = await publish(alice, 100)
            await results_of(alice, ids)
        began = [
            (await temporal.get_workflow_handle(f"booking-{ALICE}/{one}").describe()).start_time
            for one in ids
        ]
        # 40 at once, and perhaps as many while they don't know of each other; the rest at 4 a second, not 8.
        assert (max(began) - min(began)).total_seconds() > 4.5


async def test_beyond_a_rate_they_are_refused_with_the_reason(
    node: RabbitMq, servers: devstack.Servers
) -> None:
    async with held_to(node, servers, f"{ALICE}=0.01/-", over_quota="refuse") as users:
        await users.world.consumer("--with-worker")
        async with await users.client(ALICE) as alice, await users.client(BOB) as bob:
            assert (await alice.book(trip(uuid4().hex))).status is Status.BOOKED
            own = uuid4().hex
            with pytest.raises(BookingRejectedError) as rejected:
                await alice.book(trip(own))
            assert (await bob.book(trip(own))).status is Status.BOOKED

        refused = rejected.value.result
        assert (refused.status, refused.booking_id) == (Status.REJECTED, own)
        assert refused.reason
        assert refused.reason.code == "unavailable"
        assert refused.reason.message == (
            "More than 0.01 requests a second of one owner: send it again later, under the same id"
        )
        _, listed, _ = await users.world.voyage(
            "dead", "list", "--json", environment=users.environment(OPERATOR)
        )
        assert "More than 0.01 requests a second" in listed


async def test_no_more_bookings_are_open_than_an_owner_may_have(
    node: RabbitMq, servers: devstack.Servers, temporal: Temporal
) -> None:
    async with held_to(node, servers, "", quota_open=3) as users:
        world = users.world
        await world.consumer()  # without a worker, so that what has begun stays open
        async with await users.client(ALICE) as alice, await users.client(BOB) as bob:
            ids = await publish(alice, 8)
            bobs = await publish(bob, 2)
            of_both = {ALICE: ids, owner_id(BOB): bobs}

            async def five() -> bool:
                return await begun(temporal, of_both) >= 5

            await eventually("both owners' bookings to begin", five)
            await eventually("five to wait", lambda: held(users, 5))
            assert await begun(temporal, of_both) == 5
            await world.worker()
            results = [*await results_of(alice, ids), *await results_of(bob, bobs)]
        assert {result.status for result in results} == {Status.BOOKED}


async def held(users: Users, count: int) -> bool:
    """Whether so many are in the waiting queue, those that a consumer holds included."""
    listed = await asyncio.to_thread(
        users.node.ctl, "list_queues", "--quiet", "--no-table-headers", "name", "messages"
    )
    counts = dict(line.split() for line in listed.splitlines())
    return int(counts[users.world.settings.waiting_queue]) == count


async def test_what_waits_ends_by_its_deadline_or_its_expiration(
    node: RabbitMq, servers: devstack.Servers
) -> None:
    async with held_to(node, servers, f"{ALICE}=0.01/-") as users:
        await users.world.consumer("--with-worker")
        async with await users.client(ALICE) as alice:
            assert (await alice.book(trip(uuid4().hex))).status is Status.BOOKED
            due = datetime.now(UTC) + timedelta(seconds=3)
            late = await alice.book(trip(uuid4().hex, deadline=due), timeout=60)
            assert (late.status, late.reason and late.reason.code) == (Status.CANCELLED, "deadline")

            own = uuid4().hex
            body = trip(own).to_body()
            await users.send(ALICE, users.world.settings.requests_queue, body, user_id=ALICE, expiration=2)
            expired = await next_result(alice)
            assert expired.booking_id == own
            assert (expired.status, expired.reason and expired.reason.code) == (Status.REJECTED, "deadline")


async def test_a_cancel_reaches_what_waits(node: RabbitMq, servers: devstack.Servers) -> None:
    async with held_to(node, servers, f"{ALICE}=0.1/-") as users:
        await users.world.consumer("--with-worker")
        async with await users.client(ALICE) as alice:
            await publish(alice, 1)
            [own] = await publish(alice, 1)
            await alice.cancel(own)
            [result] = await results_of(alice, [own])
        assert (result.status, result.reason and result.reason.code) == (
            Status.CANCELLED,
            "cancelled_by_request",
        )


async def test_with_no_room_to_wait_they_are_refused(node: RabbitMq, servers: devstack.Servers) -> None:
    async with held_to(node, servers, f"{ALICE}=0.01/-") as users:
        waiting = users.world.settings.waiting_queue
        policy = ("set_policy", "--apply-to", "queues", "full", f"^{waiting}", '{"max-length": 2}')
        await asyncio.to_thread(node.ctl, *policy)
        try:
            await users.world.consumer("--with-worker")
            async with await users.client(ALICE) as alice, await users.client(BOB) as bob:
                await publish(alice, MOST_HELD + 500)
                refused = await next_result(alice)
                while refused.status is Status.BOOKED:
                    refused = await next_result(alice)
                assert (await bob.book(trip(uuid4().hex))).status is Status.BOOKED
        finally:
            await asyncio.to_thread(node.ctl, "clear_policy", "full")
        assert (refused.status, refused.reason and refused.reason.code) == (Status.REJECTED, "unavailable")
