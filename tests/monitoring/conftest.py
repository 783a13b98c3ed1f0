"""One scene for all alerts: each test leaves it as it was, with a consumer and a worker that are ready."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from publisher import Client
from tests.documentation.pages import ROOT
from tests.monitoring.scene import Scene, a_scene

SECTION = re.compile(r"^## (Voyage\w+)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="session")
def prometheus() -> Path:
    found = shutil.which("prometheus")
    if not found:
        pytest.fail("prometheus is missing. On Debian and Ubuntu: sudo apt-get install prometheus")
    return Path(found)


@pytest.fixture(scope="session")
async def watched(prometheus: Path) -> AsyncIterator[Scene]:
    """Everything but our services, which have never run."""
    async with a_scene(prometheus) as scene:
        yield scene


@pytest.fixture
async def scene(watched: Scene) -> Scene:
    """A consumer and a worker that are ready."""
    await watched.start(*(name for name in ("consumer", "worker") if not watched.services[name].is_running))
    return watched


@pytest.fixture
async def client(scene: Scene) -> AsyncIterator[Client]:
    async with await Client.connect(settings=scene.broker) as client:
        yield client


@pytest.fixture(scope="session")
def to_look_at() -> dict[str, str]:
    """What the runbook tells to type first, by alert, without the lines that need a cluster."""
    sections = dict(SECTION.findall((ROOT / "docs/runbook.md").read_text()))
    return {
        alert: "\n".join(line for line in BLOCK.findall(text)[0].splitlines() if "kubectl" not in line)
        for alert, text in sections.items()
    }
