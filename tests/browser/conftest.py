"""Real servers, consumer, worker and console as processes, and a Chromium that looks at them."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from aio_pika import Message, connect

from tests.acceptance.conftest import World, a_world
from tests.browser.driver import Chromium, driver
from tests.browser.suppliers import MAY_UNDO
from tests.conftest import own_names
from voyage import devstack


@dataclass
class Scene:
    """All that runs, where the console is, and the file that lets the stubborn hotel be undone."""

    world: World
    address: str
    may_undo: Path

    async def put(self, queue: str, own: str, body: bytes, **headers: str) -> None:
        """A message for a person."""
        async with await connect(self.world.settings.amqp_url.get_secret_value()) as connection:
            channel = await connection.channel()
            message = Message(body, message_id=own, headers=dict(headers))
            await channel.default_exchange.publish(message, queue)


@pytest.fixture(scope="session")
async def scene(servers: devstack.Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    may_undo = tmp_path_factory.mktemp("supplier") / "may-undo"
    async with a_world(servers.amqp_url, servers.temporal_address, own_names()) as world:
        world.extra = {
            "VOYAGE_HOTEL_SUPPLIER_PLUGIN": "tests.browser.suppliers:Stubborn",
            "VOYAGE_CONSOLE_PORT": "0",
            "VOYAGE_UNDO_ATTEMPTS": "2",
            "VOYAGE_RETRY_INTERVAL": "1",
            MAY_UNDO: str(may_undo),
        }
        await world.everything()
        console = await world.run("console")
        ready = await console.logged("Console ready on ")
        yield Scene(world, re.findall(r"http://[\w.:]+", ready)[0], may_undo)


@pytest.fixture(scope="session")
def at() -> Iterator[httpx.Client]:
    """The driver, which opens windows."""
    with driver() as at:
        yield at


@pytest.fixture(scope="session")
def chromium(scene: Scene, at: httpx.Client) -> Iterator[Chromium]:
    window = Chromium(at, scene.address)
    yield window
    window.close()
