"""A process that is told to stop ends in time, whatever hangs around it."""

import asyncio
import signal

import pytest
from yarl import URL

from publisher import BookingRequest, Client
from tests.acceptance.conftest import World, a_world
from tests.acceptance.services import ONE_PROCESS, READY, SHAPES
from tests.chaos.proxy.protocols import Way
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.conftest import own_names
from voyage import devstack
from voyage.devstack.ports import HOST
from voyage.runtime.process import LET_END, MARGIN

pytestmark = pytest.mark.thorough

GRACE = 2.0  # seconds
IN_TIME = GRACE + MARGIN + LET_END + 5  # for the interpreter
A_LONG_TRY = 300.0


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_supplier_that_does_not_answer_holds_nobody_up(world: World, shape: str) -> None:
    world.with_settings(try_timeout=A_LONG_TRY, drain_timeout=GRACE)
    world.extra |= {
        "VOYAGE_SHUTDOWN_GRACE": str(GRACE),
        "VOYAGE_CAR_SUPPLIER_PLUGIN": "tests.suppliers:NeverAnswers",
    }
    await world.everything(shape)
    async with await Client.connect(settings=world.settings) as client:
        booking_id = await client.publish(BookingRequest(name="Jane", car="c", hotel="h", flight="f"))
        await world.until_it_books(booking_id, "car")
        stopping = [service.end() for service in world.services]

        assert set(await asyncio.wait_for(asyncio.gather(*stopping), IN_TIME)) == {0}


@pytest.mark.parametrize("kind", ["consumer", "saga"])
async def test_a_terminal_that_closes_stops_a_service_as_sigterm_does(world: World, kind: str) -> None:
    service = await world.run(kind)
    await service.logged(READY[kind])

    assert await asyncio.wait_for(service.end(signal.SIGHUP), IN_TIME) == 0


async def test_servers_that_have_fallen_silent_hold_nobody_up(servers: devstack.Servers) -> None:
    settings = own_names().model_copy(update={"drain_timeout": GRACE})
    amqp_url = URL(servers.amqp_url)
    async with (
        Proxy(int(servers.temporal_address.rpartition(":")[2])) as temporal,
        Proxy(amqp_url.port or 5672) as rabbitmq,
        a_world(servers.amqp_url, servers.temporal_address, settings) as world,
    ):
        world.extra |= {
            "VOYAGE_SHUTDOWN_GRACE": str(GRACE),
            "TEMPORAL_ADDRESS": f"{HOST}:{temporal.port}",
            "AMQP_URL": str(amqp_url.with_port(rabbitmq.port)),
        }
        await world.everything(ONE_PROCESS)
        async with await Client.connect(settings=world.settings) as client:
            for proxy in (temporal, rabbitmq):
                proxy.forget(*Way)
                proxy.stall()
            for _ in range(10):
                await client.publish(BookingRequest(name="Jane", car="c", hotel="h", flight="f"))
            [service] = world.services

            assert await asyncio.wait_for(service.end(), IN_TIME) == 0
