"""`voyage dev` in a terminal, in an empty folder with a trip of one's own."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import World
from tests.acceptance.dev_terminal import DevTerminal
from tests.acceptance.inbox import Inbox
from tests.commands import run_to_the_end
from tests.documentation.pages import ROOT
from tests.rabbitmq import connect

pytestmark = pytest.mark.thorough

BEGINNING = "from typing import Annotated\n\nfrom pydantic import Field\n\nfrom voyage import Leg, Trip\n"
SAFARI = f"""{BEGINNING}

class Safari(Trip):
    permit: Annotated[str, Leg()]
    jeep: Annotated[str, Leg()]
"""
WITH_A_STRUCTURE = f"""{BEGINNING}from pydantic import BaseModel


class Jeep(BaseModel):
    seats: int
    driver: str


class Safari(Trip):
    guests: int
    permit: Annotated[str, Leg()]
    jeep: Annotated[Jeep, Leg()]
"""
WITH_A_LODGE = f"{SAFARI}    lodge: Annotated[str, Leg()]\n"


@pytest.fixture
def terminals() -> Iterator[list[DevTerminal]]:
    opened: list[DevTerminal] = []
    yield opened
    for terminal in opened:
        terminal.kill()


def printed_lines(said: str) -> list[str]:
    """What is there to copy: the two lines that book, each behind what it needs to be set."""
    [exports] = re.findall(r"^  (export .*)$", said, re.MULTILINE)
    return [f"{exports}\n{line}" for line in re.findall(r"^  (\S*voyage book .*)$", said, re.MULTILINE)]


async def typed(line: str, world: World, folder: Path) -> tuple[int, str]:
    """A line typed into another terminal, in the same folder: exit code and output."""
    run = ["bash", "-c", line]
    done = await asyncio.to_thread(
        subprocess.run, run, cwd=folder, env=world.environment, capture_output=True, text=True, check=False
    )
    return done.returncode, f"{done.stdout}{done.stderr}"


def names_in(folder: Path) -> set[str]:
    """What is in a folder; nothing, if it is gone."""
    return {one.name for one in folder.iterdir()} if folder.exists() else set()


async def legs(inbox: Inbox, **items: Any) -> list[tuple[str, str]]:
    """What becomes of a request, leg by leg."""
    await inbox.send({"name": "Jane Smith", **items})
    return [(leg["leg"], leg["status"]) for leg in (await inbox.answer())["legs"]]


@pytest.fixture
async def own_inbox(world: World) -> AsyncIterator[Inbox]:
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        yield await Inbox.open(await connection.channel(), world.settings)


async def test_the_lines_to_copy_book_and_are_refused(
    world: World, tmp_path: Path, terminals: list[DevTerminal]
) -> None:
    terminals.append(dev := DevTerminal(world, tmp_path))
    said = await dev.says("Everything ends with Ctrl-C.")
    logs = Path(re.findall(r"^Logs: +(\S+)/\*\.log$", said, re.MULTILINE)[0])

    assert "BOOKED: Booked car: my-car Booked hotel: my-hotel Booked flight: my-flight" in said
    assert re.search(r"│ flight │ my-flight +│ booked +│ 1 ", said)
    assert re.search(rf"^Temporal: +{world.temporal_address}$", said, re.MULTILINE)
    await its_lines_book_and_are_refused(said, world, tmp_path)
    assert names_in(logs) == {"consumer.log", "worker.log"}

    await dev.ends_by(signal.SIGINT)
    assert (dev.code, names_in(logs), names_in(tmp_path)) == (0, set(), set())


async def test_the_lines_to_copy_ask_for_structured_items_too(
    world: World, tmp_path: Path, terminals: list[DevTerminal]
) -> None:
    (tmp_path / "my_trips.py").write_text(WITH_A_STRUCTURE)
    terminals.append(dev := DevTerminal(world, tmp_path, "--trip", "my_trips"))
    said = await dev.says("Everything ends with Ctrl-C.")

    assert """--jeep '{"seats": 1, "driver": "my-driver"}'""" in said
    await its_lines_book_and_are_refused(said, world, tmp_path)
    await dev.ends_by(signal.SIGINT)


async def its_lines_book_and_are_refused(said: str, world: World, folder: Path) -> None:
    books, refused = printed_lines(said)
    code, printed = await typed(books, world, folder)
    assert (code, '"status": "booked"' in printed) == (0, True), printed
    code, printed = await typed(refused, world, folder)
    outcome = (code, '"status": "undone"' in printed, '"status": "refused"' in printed)
    assert outcome == (1, True, True), printed


async def test_a_change_of_the_module_is_taken_over_and_a_mistake_is_not(
    world: World, own_inbox: Inbox, tmp_path: Path, terminals: list[DevTerminal]
) -> None:
    module = tmp_path / "my_trips.py"
    module.write_text(SAFARI)
    terminals.append(dev := DevTerminal(world, tmp_path, "--trip", "my_trips:Safari", "--logs"))
    said = await dev.says("Everything ends with Ctrl-C.")
    assert "BOOKED: Booked permit: my-permit Booked jeep: my-jeep" in said
    assert "VOYAGE_TRIP=my_trips:Safari" in said
    assert re.search(r"^worker +\| .*Worker ready", said, re.MULTILINE)
    asked = {"permit": "p", "jeep": "j", "lodge": "l"}

    module.write_text(f"{SAFARI}    lodge: Annotated[str, Leg(\n")
    said = await dev.says("SyntaxError")
    assert "my_trips.py changed, and can't be taken over; what was before is booked on" in said
    module.write_text(f"{SAFARI}    lodge: Annotated[set[str], Leg()]\n")
    await dev.says("Safari.lodge: a set has no order")
    assert await legs(own_inbox, **asked) == [("permit", "booked"), ("jeep", "booked")]

    module.write_text(WITH_A_LODGE)
    await dev.says("my_trips.py changed; legs added: lodge.")
    await dev.says("--permit my-permit --jeep my-jeep --lodge my-lodge")
    assert await legs(own_inbox, **asked) == [("permit", "booked"), ("jeep", "booked"), ("lodge", "booked")]
    await dev.ends_by(signal.SIGTERM)
    assert names_in(tmp_path) - {"__pycache__"} == {"my_trips.py"}


async def test_what_ends_by_itself_is_started_again(
    world: World, own_inbox: Inbox, tmp_path: Path, terminals: list[DevTerminal]
) -> None:
    (tmp_path / "my_trips.py").write_text(SAFARI)
    terminals.append(dev := DevTerminal(world, tmp_path, "--trip", "my_trips"))
    await dev.says("Everything ends with Ctrl-C.")
    [worker] = [one for one in dev.processes() if one.cmdline()[-1] == "saga"]
    worker.kill()
    await dev.says("The worker ended by itself, with exit code -9; it is started again.")
    assert await legs(own_inbox, permit="p", jeep="j") == [("permit", "booked"), ("jeep", "booked")]
    await dev.ends_by(signal.SIGINT)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system ends nobody with his parent")
async def test_killed_it_leaves_nothing_running(
    world: World, tmp_path: Path, terminals: list[DevTerminal]
) -> None:
    terminals.append(dev := DevTerminal(world, tmp_path))
    await dev.says("Everything ends with Ctrl-C.")
    await dev.ends_by(signal.SIGKILL)


async def test_a_trip_without_an_example_is_told_and_served(
    world: World, own_inbox: Inbox, tmp_path: Path, terminals: list[DevTerminal]
) -> None:
    code = 'code: Annotated[Annotated[str, Field(pattern="^[A-Z]{4}$")], Leg()]'
    (tmp_path / "my_trips.py").write_text(f"{BEGINNING}\n\nclass Coded(Trip):\n    {code}\n")
    terminals.append(dev := DevTerminal(world, tmp_path, "--trip", "my_trips:Coded"))
    said = await dev.says("Everything ends with Ctrl-C.")
    assert "Coded.code: no example can be made of its type; give it one" in said
    assert "voyage book --help" in said
    assert await legs(own_inbox, code="ABCD") == [("code", "booked")]
    await dev.ends_by(signal.SIGINT)


@pytest.mark.parametrize(
    ("options", "environment", "told"),
    [
        (("--trip", "nowhere:Safari"), {}, "voyage: --trip: can't load 'nowhere:Safari' (ModuleNotFoundErr"),
        ((), {"VOYAGE_TRIP": "nowhere:Safari"}, "voyage: VOYAGE_TRIP: can't load 'nowhere:Safari' (Module"),
        ((), {"AMQP_URL": "amqp://127.0.0.1:1/"}, "voyage: No broker answers at 127.0.0.1:1, as AMQP_URL"),
        ((), {"VOYAGE_JEEP_SUPPLIER_URL": "x"}, "voyage: VOYAGE_JEEP_SUPPLIER_URL: no setting has this name"),
    ],
)
async def test_what_cannot_begin_says_why_in_one_line(
    options: tuple[str, ...], environment: dict[str, str], told: str
) -> None:
    code, printed, complained = await run_to_the_end("voyage", "dev", *options, environment=environment)
    assert (code, printed, complained.count("\n")) == (2, "", 1)
    assert complained.startswith(told)


async def test_the_demo_on_a_trip_of_ones_own_ends_by_itself(world: World, tmp_path: Path) -> None:
    (tmp_path / "my_trips.py").write_text(SAFARI)
    demo = f"{sys.executable} -m examples.demo --trip my_trips"
    line = f"export PYTHONPATH={ROOT}{os.pathsep}{tmp_path}; {demo}"
    code, printed = await typed(line, world, tmp_path)
    assert (code, "BOOKED: Booked permit: my-permit Booked jeep: my-jeep" in printed) == (0, True), printed


async def test_beside_another_consumer_it_does_not_begin(world: World, tmp_path: Path) -> None:
    await world.consumer()
    (tmp_path / "my_trips.py").write_text(SAFARI)
    command = [sys.executable, "-P", "-m", "voyage", "dev", "--trip", "my_trips:Safari"]
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=tmp_path,
        env=world.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert f"{world.settings.requests_queue} at amqp://" in done.stderr
    assert "has 1 consumer(s) already" in done.stderr
