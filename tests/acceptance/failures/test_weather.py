"""The short form of `make weather`: the brief faults, once each, with bookings under way."""

from pathlib import Path

import pytest

from tests.chaos.environment import SETTINGS, a_world
from tests.chaos.processes import ONE_PROCESS, SHAPES
from tests.weather.faults.catalogue import FAULTS
from tests.weather.run import run
from tests.weather.scene import USER

pytestmark = pytest.mark.thorough


@pytest.mark.timeout(300)
async def test_brief_faults_lose_double_and_falsify_nothing(tmp_path: Path) -> None:
    brief = [fault for fault in FAULTS if fault.brief]
    async with a_world(SHAPES[ONE_PROCESS], SETTINGS, USER) as world:
        report = await run(world, brief, 1, tmp_path, print)

    assert report.wrong == []
    assert [one.fault.name for one in report.measured if one.first is None or one.all_answers is None] == []
