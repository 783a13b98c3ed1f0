"""The commands of examples/clients/README.md, run as they stand there."""

import asyncio
import os
import re
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest
from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage

from tests.acceptance.conftest import World
from tests.acceptance.owners.shipped import EXCHANGE, url_of
from tests.poll import eventually
from tests.rabbitmq import connect
from voyage.devstack import RabbitMq

CLIENTS = Path(__file__).parents[2] / "examples" / "clients"
TOOLS = {
    "Python": {"python": "make setup"},
    "Go": {"go": "https://go.dev/dl/"},
    "Node": {
        "node": "https://nodejs.org/, or sudo apt-get install nodejs",
        "npm": "sudo apt-get install npm",
    },
    "Java": {"mvn": "sudo apt-get install maven", "javac": "sudo apt-get install openjdk-17-jdk-headless"},
    "Shell": {"amqp-publish": "sudo apt-get install amqp-tools", "jq": "sudo apt-get install jq"},
}
PRINTED = """\
booked: Booked car: valid-car-id Booked hotel: valid-hotel-id Booked flight: valid-flight-id
cancelled: Invalid hotel booking, rolling back!
rejected: booking_id: '[A-Za-z0-9-]+' is taken by a booking with other details
"""
RESET_COLOURS = "\x1b[0m"  # Maven's own
WITH_USER = ("Python", "Go", "Node", "Java")
WITH_CORRELATION_ID = ("Python", "Go", "Node", "Java")

pytestmark = pytest.mark.timeout(300)  # the first run fetches and compiles


def commands() -> dict[str, str]:
    """The commands of the README, by language."""
    text = (CLIENTS / "README.md").read_text()
    return dict(re.findall(r"^## (\w+)\n[^#]*?```sh\n(.*?)```", text, re.DOTALL | re.MULTILINE))


async def start(language: str, world: World, **more: str) -> Process:
    """Run a language's commands, or fail with how to get the tool that is missing."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for tool, how in TOOLS[language].items():
        if not shutil.which(tool, path=path):
            pytest.fail(f"{tool} is not here, which the {language} client needs. Get it: {how}")
    own = {"PATH": path, "AMQP_URL": world.settings.amqp_url.get_secret_value()}
    environment = {**os.environ, **own, **more}
    return await asyncio.create_subprocess_exec(
        "bash", "-ec", commands()[language], cwd=CLIENTS, env=environment, stdout=PIPE, stderr=PIPE
    )


async def ended_as_it_must(client: Process, world: World) -> None:
    printed, complained = await client.communicate()
    assert client.returncode == 0, f"{printed.decode()}\n{complained.decode()}"
    assert re.fullmatch(PRINTED, printed.decode().replace(RESET_COLOURS, ""))
    assert await world.depth(world.settings.parked_queue) == 0


def test_the_readme_has_the_commands_of_every_client() -> None:
    assert commands().keys() == TOOLS.keys()


@pytest.mark.parametrize("language", TOOLS)
async def test_the_client_books_both_trips_and_handles_a_rejection(booking: World, language: str) -> None:
    client = await start(language, booking)

    await ended_as_it_must(client, booking)


@pytest.mark.parametrize("language", WITH_USER)
async def test_the_client_books_as_a_user_with_least_rights_where_bookings_have_owners(
    broker: RabbitMq, services: World, language: str
) -> None:
    own = {"AMQP_URL": url_of(broker, "client"), "VOYAGE_REQUEST_EXCHANGE": EXCHANGE, "VOYAGE_OWNERS": "true"}
    client = await start(language, services, **own)

    await ended_as_it_must(client, services)


@pytest.mark.parametrize("language", WITH_CORRELATION_ID)
async def test_the_client_drops_an_answer_that_it_does_not_wait_for(booking: World, language: str) -> None:
    await booking.services[-1].end()
    async with await connect(booking.settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        requests = await channel.get_queue(booking.settings.requests_queue)
        client = await start(language, booking)

        async def sent() -> AbstractIncomingMessage | None:
            assert client.returncode is None, "the client ended before it sent anything"
            return await requests.get(fail=False)

        request = await eventually("the client's request", sent, within=120)
        repeat = Message(b'{"status": "booked", "result": "An earlier trip"}', correlation_id="earlier")
        await channel.default_exchange.publish(repeat, str(request.reply_to))
        await request.nack()
    await booking.consumer()

    await ended_as_it_must(client, booking)
