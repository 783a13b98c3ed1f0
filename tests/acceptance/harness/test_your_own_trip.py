"""The page about a trip of one's own, done as it says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import World
from tests.acceptance.harness.suites import pytest_in
from tests.acceptance.shell import Shown, follow
from tests.documentation.pages import ROOT, block

PAGE = "docs/your-own-trip.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Somebody's folder with the page's files."""
    for name, text in re.findall(
        r"Save this as `([\w.]+)`:\n\n```python\n(.*?)```", (ROOT / PAGE).read_text(), re.DOTALL
    ):
        (tmp_path / name).write_text(text)
    return tmp_path


async def test_the_pages_test_is_green(folder: Path) -> None:
    [command] = block(PAGE, "sh", "pytest\n").splitlines()
    assert command == "pytest"
    code, printed = await pytest_in(folder)
    assert (code, "3 passed" in printed) == (0, True), printed


async def test_the_first_booking_and_the_first_one_undone(world: World, folder: Path) -> None:
    world.extra.update(VOYAGE_TRIP="my_trips:Safari", PYTHONPATH=str(folder))
    await world.everything()

    first, booked = await shown("--lodge crater-lodge", world, folder)
    assert (first.code, booked["status"], booked["lodge"]) == (0, "booked", "Lodge: crater-lodge")

    second, undone = await shown("--lodge invalid-lodge", world, folder)
    legs = {leg["leg"]: leg["status"] for leg in undone["legs"]}
    assert (second.code, legs) == (1, {"jeep": "undone", "lodge": "refused"})


async def shown(containing: str, world: World, folder: Path) -> tuple[Shown, dict[str, Any]]:
    """What a block of the page comes to, and the result that it prints."""
    url = world.settings.amqp_url.get_secret_value()
    script = block(PAGE, "sh", containing).replace("amqp://guest:guest@localhost:5672/", url)
    ended = await follow(script, world.environment, folder)
    return ended, json.loads(ended.output)
