"""What the pages show to copy, copied and run."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from tests.acceptance.conftest import World
from tests.documentation.pages import block, commands


async def test_the_readmes_client_books(booking: World, tmp_path: Path) -> None:
    script = tmp_path / "book.py"
    script.write_text(block("README.md", "python", "Client.connect"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(script), env=booking.environment, stdout=PIPE
    )
    printed, _ = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode == 0
    assert printed.decode().startswith("booked Booked car: my-car")


async def test_the_supplier_of_the_first_ten_minutes_books_and_refuses(world: World, tmp_path: Path) -> None:
    page = "docs/ten-minutes.md"
    (tmp_path / "my_garage.py").write_text(block(page, "python", "MyGarage"))
    [plugin] = [word for word in block(page, "sh", "PLUGIN").split() if "PLUGIN=" in word]
    name, _, value = plugin.partition("=")
    world.extra.update({name: value, "PYTHONPATH": str(tmp_path)})
    await world.everything()
    [[_, *arguments]] = commands(block(page, "sh", "voyage book"))

    code, printed, _ = await world.voyage(*arguments)
    assert (code, json.loads(printed)["legs"][0]["reference"]) == (0, "garage-0")
    truck = [word.replace("a small car", "a truck") for word in arguments]
    code, printed, _ = await world.voyage(*truck)
    assert (code, json.loads(printed)["reason"]["message"]) == (1, "We don't rent a truck")
