"""Credentials change in two steps while trips are booked: each is booked once, and nobody is refused."""

import asyncio
import base64
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler
from temporalio.client import Client as Temporal

from examples.supplier.faults import Faults
from examples.supplier.ledger import Ledger
from examples.supplier.service import Service as Supplier
from publisher import BookingRequest, BookingResult, Client
from publisher.contract.result import Status
from tests.acceptance.conftest import World
from tests.acceptance.operations.conftest import Managed
from tests.acceptance.services import Service
from tests.acceptance.watching import Watched
from tests.poll import eventually

pytestmark = pytest.mark.thorough

TOGETHER = 4  # bookings under way at any time
LEGS = ("CAR", "HOTEL", "FLIGHT")
RIGHTS = ("configure", "write", "read")


@dataclass
class Load:
    """Trips that are booked without a pause, and their results."""

    client: Client
    results: list[BookingResult] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    """Their ids, in the order in which they were sent: answers may come in another."""

    async def goes_on(self) -> None:
        """Return when as many have been booked since as may have been under way, and more."""
        enough = len(self.results) + 3 * TOGETHER
        await eventually("bookings to go on", lambda: len(self.results) >= enough, 60)

    async def book(self, ended: Callable[[], bool]) -> None:
        while not ended():
            self.begun.append(uuid4().hex)
            request = BookingRequest(name="Jane", car="c", hotel="h", flight="f", booking_id=self.begun[-1])
            self.results.append(await self.client.book(request, timeout=60))


@asynccontextmanager
async def booking(world: World) -> AsyncIterator[Load]:
    """Book until the block ends; each trip must be booked, and none twice."""
    async with await Client.connect(settings=world.settings) as client:
        load, ended = Load(client), asyncio.Event()
        callers = [asyncio.create_task(load.book(ended.is_set)) for _ in range(TOGETHER)]
        await load.goes_on()
        yield load
        await load.goes_on()
        ended.set()
        await asyncio.gather(*callers)
    assert Counter((one.status, one.duplicate) for one in load.results) == {
        (Status.BOOKED, False): len(load.results)
    }


async def exchange(world: World, old: Service, what: str = "consumer") -> Service:
    """Start another one beside it, then stop it, as a rolling update does."""
    new = await (world.consumer() if what == "consumer" else world.worker())
    assert await old.end() == 0
    return new


async def test_a_second_user_of_rabbitmq_takes_the_place_of_the_first(managed: Managed) -> None:
    world, first, second = managed.world, managed.user, f"{managed.user}-next"
    old, _ = await asyncio.gather(world.consumer(), world.worker())
    async with booking(world) as load:
        await managed.manage("PUT", f"users/{second}", {"password": "new", "tags": ""})
        await managed.manage("PUT", f"permissions/%2F/{second}", dict.fromkeys(RIGHTS, ".*"))
        world.extra["AMQP_URL"] = managed.node.url.replace("guest:guest", f"{second}:new")
        new = await Watched.of(await exchange(world, old))
        await managed.manage("DELETE", f"users/{first}")
        await load.goes_on()
        assert await new.reasons() == {}
    await managed.manage("DELETE", f"users/{second}")
    await managed.manage("PUT", f"users/{first}", {"password": first, "tags": ""})  # the fixture's, to delete


@dataclass
class Guarded:
    """The example supplier behind a list of tokens: its ledger, whom it lets in, and whom it has not."""

    ledger: Ledger
    accepted: set[str]
    refused: list[str] = field(default_factory=list)

    @web.middleware
    async def let_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        token = request.headers.get("Authorization", "none")
        if token in self.accepted:
            return await handler(request)
        self.refused.append(token)
        return web.json_response({"error": "unknown token"}, status=401)


@pytest.fixture
async def guarded(world: World, tmp_path: Path) -> AsyncIterator[Guarded]:
    """It supplies each leg, and takes the old token."""
    guarded = Guarded(Ledger(tmp_path / "ledger.sqlite"), {"Bearer old"})
    app = Supplier(guarded.ledger, Faults()).app()
    app.middlewares.append(guarded.let_in)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    world.extra |= {f"VOYAGE_{leg}_SUPPLIER_URL": f"http://{host}:{port}/{leg.lower()}" for leg in LEGS}
    give(world, "old")
    yield guarded
    await runner.cleanup()


def give(world: World, token: str) -> None:
    """From now on, workers start with this token."""
    world.extra |= {f"VOYAGE_{leg}_SUPPLIER_AUTHORIZATION": f"Bearer {token}" for leg in LEGS}


async def test_a_suppliers_new_token_takes_the_place_of_the_old(world: World, guarded: Guarded) -> None:
    _, old = await asyncio.gather(world.consumer(), world.worker())
    async with booking(world) as load:
        guarded.accepted.add("Bearer new")
        give(world, "new")
        await exchange(world, old, "worker")
        guarded.accepted.discard("Bearer old")
    rows = guarded.ledger.bookings()

    assert guarded.refused == []
    assert len({row["booking"] for row in rows}) == len(load.results)
    assert len(rows) == len(LEGS) * len(load.results)


async def test_a_token_that_was_withdrawn_too_early_costs_tries_and_no_booking(
    world: World, guarded: Guarded
) -> None:
    _, old = await asyncio.gather(world.consumer(), world.worker())
    request = BookingRequest(name="Jane", car="c", hotel="h", flight="f", attempts=100)
    async with await Client.connect(settings=world.settings) as client:
        guarded.accepted = {"Bearer new"}
        call = asyncio.create_task(client.book(request, timeout=60))
        await eventually("the old token to be refused", lambda: guarded.refused)
        give(world, "new")
        await exchange(world, old, "worker")
        result = await call

    assert result.status is Status.BOOKED


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


async def test_a_new_key_takes_the_place_of_the_old(world: World, temporal: Temporal) -> None:
    old, new = key("the-old-one"), key("the-new-one")
    world.extra["VOYAGE_ENCRYPTION_KEYS"] = old
    services = list(await asyncio.gather(world.consumer(), world.worker()))
    async with booking(world) as load:
        for keys in (f"{old},{new}", f"{new},{old}"):
            world.extra["VOYAGE_ENCRYPTION_KEYS"] = keys
            services[1] = await exchange(world, services[1], "worker")
            services[0] = await exchange(world, services[0])
            await load.goes_on()
    first, last = await history(temporal, load.begun[0]), await history(temporal, load.begun[-1])

    assert b"the-old-one" in first
    assert b"the-new-one" in last
    assert b"the-old-one" not in last


async def history(temporal: Temporal, booking_id: str) -> bytes:
    """What Temporal keeps of how the workflow began."""
    handle = temporal.get_workflow_handle(f"booking-{booking_id}")
    return (await handle.fetch_history()).events[0].SerializeToString()
