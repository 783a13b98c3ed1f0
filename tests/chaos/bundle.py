"""What a failed run leaves behind for whoever looks into it."""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from tests.chaos.environment import World
from tests.chaos.faults.schedule import Fault
from tests.chaos.load.orders import Order
from tests.chaos.load.poison import Poison
from tests.chaos.observation.observed import Observed

MOST_HISTORIES = 50


async def write(
    folder: Path,
    world: World,
    story: tuple[Sequence[Fault], Sequence[Order | Poison], Observed],
    wrong: Sequence[str],
) -> None:
    """Violations, schedule, what was sent and seen, every log, the ledger, and the histories concerned."""
    _write_files(folder, world, story, wrong)
    await _histories(folder, world, wrong)


def _write_files(
    folder: Path,
    world: World,
    story: tuple[Sequence[Fault], Sequence[Order | Poison], Observed],
    wrong: Sequence[str],
) -> None:
    schedule, sent, seen = story
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "violations.txt").write_text("\n".join(wrong) + "\n")
    (folder / "schedule.txt").write_text("\n".join(map(str, schedule)) + "\n")
    (folder / "sent.json").write_text(json.dumps([asdict(one) for one in sent], indent=1, default=repr))
    (folder / "seen.json").write_text(json.dumps(asdict(seen), indent=1, default=repr))
    for name, process in world.processes.items():
        shutil.copy(process.log, folder / f"{name}.log")
        if (logs := process.home / "log").is_dir():
            shutil.copytree(logs, folder / f"{name}-log")
    for file in world.supplier.home.glob("ledger.sqlite*"):
        shutil.copy(file, folder)


async def _histories(folder: Path, world: World, wrong: Sequence[str]) -> None:
    concerned = dict.fromkeys(re.findall(r"chaos-\d+-\d+", "\n".join(wrong)))
    temporal = await Client.connect(world.engines.temporal.address)
    for booking_id in list(concerned)[:MOST_HISTORIES]:
        try:
            history = await temporal.get_workflow_handle(f"booking-{booking_id}").fetch_history()
        except RPCError:
            continue  # it was never started, which is what the violation is about
        (folder / f"booking-{booking_id}.history.json").write_text(history.to_json())
