"""A server that is away is no news each second: the lines of each process are counted while it is."""

import asyncio
import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from pydantic import SecretStr
from yarl import URL

from publisher import BookingRequest, Client, ResultTimeoutError
from tests.acceptance.conftest import World
from tests.acceptance.services import Service
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.poll import eventually
from voyage import devstack
from voyage.runtime.settings import LogFormat

pytestmark = pytest.mark.thorough

AWAY = 12.0  # seconds
LINES = 6  # the first, two more, and what is logged once; there were a hundred
TRIP = {"name": "N", "car": "c", "hotel": "h", "flight": "f"}


async def send(world: World, bookings: int, timeout: float) -> None:
    """Ask for so many bookings, and wait no longer than that for each."""

    async def one(client: Client) -> None:
        try:
            await client.book(BookingRequest(**TRIP, booking_id=uuid4().hex), timeout=timeout)
        except ResultTimeoutError:
            return

    async with await Client.connect(settings=world.settings) as client:
        await asyncio.gather(*(one(client) for _ in range(bookings)))


def events(service: Service, since: int) -> list[str]:
    """What it logged after so many lines: each line is one record."""
    return [json.loads(line)["event"] for line in service.log[since:]]


def until_told(service: Service, since: int, text: str) -> Callable[[], str]:
    return lambda: next((event for event in events(service, since) if text in event), "")


@pytest.mark.parametrize("server", ["RabbitMQ", "Temporal"])
async def test_an_outage_is_told_in_few_lines_and_its_end_in_one(
    server: str, world: World, servers: devstack.Servers
) -> None:
    url, port = URL(servers.amqp_url), servers.temporal_address.rpartition(":")[2]
    async with Proxy(url.port or 5672) as broker, Proxy(int(port)) as temporal:
        direct, gate = world.settings.amqp_url, {"RabbitMQ": broker, "Temporal": temporal}[server]
        through = SecretStr(str(url.with_host("127.0.0.1").with_port(broker.port)))
        world.temporal_address = f"127.0.0.1:{temporal.port}"
        world.with_settings(amqp_url=through, publish_timeout=3, log_format=LogFormat.JSON)
        await world.everything()
        world.with_settings(amqp_url=direct)
        await send(world, 1, timeout=30)
        before = [len(service.log) for service in world.services]
        sending = asyncio.create_task(send(world, 20, timeout=AWAY + 30))
        await gate.shut()
        await asyncio.sleep(AWAY)
        told = [events(*each) for each in zip(world.services, before, strict=True)]
        during = [len(service.log) for service in world.services]
        await gate.open()

        consumer, worker = world.services
        await eventually("its return", until_told(consumer, during[0], f"{server} is back after "))
        if server == "Temporal":
            await eventually("its return", until_told(worker, during[1], "Temporal is back after "))
        await sending
    for lines in told:
        assert len(lines) <= LINES, lines
    assert told[0][0]
    assert any(server in line or "gRPC" in line for line in told[0])


async def test_a_suppliers_failed_tries_are_a_line_and_few(world: World) -> None:
    world.extra["VOYAGE_CAR_SUPPLIER_URL"] = "http://127.0.0.1:1/"
    world.with_settings(log_format=LogFormat.JSON, undo_attempts=1)
    await world.everything()
    worker = world.services[1]
    before = len(worker.log)
    await send(world, 10, timeout=30)
    records = [json.loads(line) for line in worker.log[before:]]
    tries = [record["event"] for record in records if record["logger"] == "temporalio.activity"]

    assert 1 <= len(tries) <= 3, tries
    assert "127.0.0.1:1: All connection attempts failed" in tries[0]
    assert not [record for record in records if "exception" in record and "Supplier" in record["exception"]]


async def test_a_defect_of_a_suppliers_code_has_one_traceback(world: World) -> None:
    world.extra["VOYAGE_CAR_SUPPLIER_PLUGIN"] = "tests.suppliers:Defective"
    world.with_settings(log_format=LogFormat.JSON)
    await world.everything()
    worker = world.services[1]
    await send(world, 5, timeout=30)
    records = [json.loads(line) for line in worker.log]

    assert len([record for record in records if "a defect of its code" in record.get("exception", "")]) == 1
