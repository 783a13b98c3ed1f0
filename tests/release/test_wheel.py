"""The wheel in dist/, installed into empty environments, books; run by `make release`, which builds it."""

import asyncio
import json
import re
import signal
import subprocess
import sys
import tarfile
import tomllib
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.acceptance.conftest import World, a_world
from tests.conftest import own_names
from voyage import devstack

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
VERSION = PROJECT["version"]
DIST = ROOT / "dist"
WHEEL = DIST / f"voyage_bridge-{VERSION}-py3-none-any.whl"
ROOMS = {"publisher", "saga", "consumer", "console", "voyage"}
SAFARI = """
from typing import Annotated

from voyage import Leg, Trip


class Safari(Trip):
    jeep: Annotated[str, Leg()]
"""
TRIP = ("--car", "my-car", "--hotel", "my-hotel", "--flight", "my-flight")


def empty_environment(folder: Path, wanted: str) -> Path:
    """The folder with the programs of a new environment in which only this is installed."""
    uv = Path(sys.executable).with_name("uv")
    pinned = ("--constraint", str(ROOT / "requirements/dev.txt"))
    for step in (
        ("venv", "--python", sys.executable, str(folder)),
        ("pip", "install", "--python", str(folder / "bin/python"), *pinned, wanted),
    ):
        subprocess.run([uv, *step, "--quiet"], check=True)  # noqa: S603 -- uv, beside us
    return folder / "bin"


def distribution(wanted: str) -> str:
    """The name in a requirement."""
    return re.split(r"[^\w.-]", wanted)[0].lower()


def distributions_in(programs: Path) -> set[str]:
    """What is installed in the environment with this folder of programs."""
    return {
        re.sub(r"-[0-9][^-]*\.dist-info$", "", folder.name).lower().replace("_", "-")
        for folder in programs.parent.glob("lib/*/site-packages/*.dist-info")
    }


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_environment(tmp_path_factory.mktemp("light") / "venv", str(WHEEL))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_environment(tmp_path_factory.mktemp("service") / "venv", f"{WHEEL}[service]")


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_environment(tmp_path_factory.mktemp("dev") / "venv", f"{WHEEL}[dev]")


@pytest.fixture
async def world(servers: devstack.Servers) -> AsyncIterator[World]:
    async with a_world(servers.amqp_url, servers.temporal_address, own_names()) as world:
        yield world


async def run(world: World, program: Path, *arguments: str) -> tuple[int, str]:
    """Run an installed command to its end, far from the repository: exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        program, *arguments, cwd=program.parent, env=world.environment, stdin=DEVNULL, stdout=PIPE
    )
    printed, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, printed.decode()


async def test_the_light_client_books_and_has_no_temporal(world: World, light: Path) -> None:
    await world.everything()

    code, printed = await run(world, light / "voyage", "book", *TRIP, "--json")
    assert (code, json.loads(printed)["status"]) == (0, "booked")
    assert not list(light.parent.glob("lib/*/site-packages/temporalio"))


async def test_the_services_of_the_wheel_book(world: World, service: Path) -> None:
    worker = await world.start(service / "voyage-worker")
    consumer = await world.start(service / "voyage-consumer")
    await worker.logged("Worker ready")
    await consumer.logged("Consumer ready")

    code, printed = await run(world, service / "voyage", "book", *TRIP, "--json")
    assert (code, json.loads(printed)["status"]) == (0, "booked")


async def test_voyage_dev_of_the_wheel_books_a_trip_of_ones_own(
    world: World, dev: Path, tmp_path: Path
) -> None:
    (tmp_path / "my_trips.py").write_text(SAFARI)
    process = await asyncio.create_subprocess_exec(
        dev / "voyage", "dev", "--trip", "my_trips", cwd=tmp_path, env=world.environment, stdout=PIPE
    )
    assert process.stdout
    printed = await asyncio.wait_for(process.stdout.readuntil(b"ends with Ctrl-C"), 60)
    process.send_signal(signal.SIGINT)

    assert b"BOOKED: Booked jeep: my-jeep" in printed
    assert await asyncio.wait_for(process.wait(), 60) == 0


def test_the_light_client_installs_what_a_client_needs_and_no_more(light: Path) -> None:
    of_services = {distribution(wanted) for wanted in PROJECT["optional-dependencies"]["service"]}
    needed = {distribution(wanted) for wanted in PROJECT["dependencies"]}
    installed = distributions_in(light)
    uses = "from publisher import BlockingClient, BookingRequest, Client"
    done = subprocess.run([light / "python", "-c", uses], capture_output=True, text=True, check=False)  # noqa: S603 -- ours
    without = subprocess.run([light / "python", "-c", "import temporalio"], capture_output=True, check=False)  # noqa: S603 -- ours
    asked = subprocess.run([light / "voyage", "book", "--help"], capture_output=True, text=True, check=False)  # noqa: S603 -- ours

    assert needed <= installed
    assert installed & of_services == {"typing-extensions"}  # pydantic's too
    assert (done.returncode, done.stderr) == (0, "")
    assert b"No module named 'temporalio'" in without.stderr
    assert (asked.returncode, "--hotel" in asked.stdout) == (0, True)


def test_the_light_client_says_what_voyage_dev_needs(light: Path) -> None:
    asked = subprocess.run([light / "voyage", "dev"], capture_output=True, text=True, check=False)  # noqa: S603 -- ours
    assert (asked.returncode, asked.stdout) == (2, "")
    assert asked.stderr.endswith('Install it: pip install "voyage-bridge[dev]"\n')


def test_the_wheel_has_the_typed_packages_and_nothing_else() -> None:
    with ZipFile(WHEEL) as wheel:
        names = wheel.namelist()
    assert {name.split("/")[0] for name in names} == ROOMS | {f"voyage_bridge-{VERSION}.dist-info"}
    assert {f"{room}/py.typed" for room in ROOMS} <= set(names)


def test_the_sdist_can_be_built_and_tested_but_holds_nothing_that_was_made_here() -> None:
    with tarfile.open(DIST / f"voyage_bridge-{VERSION}.tar.gz") as sdist:
        names = {name.removeprefix(f"voyage_bridge-{VERSION}/") for name in sdist.getnames()}
    assert {"pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "tests/conftest.py"} <= names
    assert not [name for name in names if re.match(r"\.venv|dist/|\.git/|.*__pycache__", name)]


def test_the_sbom_lists_what_the_services_install(service: Path) -> None:
    sbom = json.loads((DIST / f"voyage_bridge-{VERSION}.cdx.json").read_text())
    listed = {part["name"].lower().replace("_", "-") for part in sbom["components"]}
    installed = distributions_in(service)
    assert (sbom["metadata"]["component"]["name"], sbom["metadata"]["component"]["version"]) == (
        "voyage-bridge",
        VERSION,
    )
    assert installed - {"voyage-bridge"} <= listed
