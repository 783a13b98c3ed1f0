"""A start at which all is well says so, and nothing of what was not ready before."""

import re
import signal
from pathlib import Path

import pytest

from tests.acceptance.conftest import World
from tests.acceptance.dev_terminal import DevTerminal
from tests.acceptance.services import ONE_PROCESS, SHAPES
from tests.poll import eventually

NOT_READY = "Not ready"


@pytest.mark.parametrize("shape", SHAPES)
async def test_consumer_and_worker(world: World, shape: str) -> None:
    await world.everything(shape)
    for service in world.services:
        await service.logged("] Ready")
    assert len(world.services) == (1 if shape == ONE_PROCESS else 2)
    assert not [line for service in world.services for line in service.log if NOT_READY in line]


async def test_voyage_dev_and_so_the_demo(world: World, tmp_path: Path) -> None:
    dev = DevTerminal(world, tmp_path)
    try:
        said = await dev.says("Everything ends with Ctrl-C.")
        [folder] = re.findall(r"^Logs: +(\S+)/\*\.log$", said, re.MULTILINE)
        logs = [Path(folder, f"{name}.log") for name in ("consumer", "worker")]
        await eventually("both to be ready", lambda: all("] Ready" in log.read_text() for log in logs))
        assert not [log.name for log in logs if NOT_READY in log.read_text()]
        await dev.ends_by(signal.SIGINT)
    finally:
        dev.kill()
