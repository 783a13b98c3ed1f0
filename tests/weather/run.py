"""A run: every fault so many times in one world, then healing, then the check."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import open_connection
from tests.chaos import bundle
from tests.chaos.environment import World
from tests.chaos.faults.supervisor import Supervisor
from tests.chaos.load.sender import Load
from tests.chaos.observation import checker
from tests.chaos.observation.collector import Collector, look_at
from tests.chaos.observation.observer import STUCK_AFTER, Observer
from tests.weather.expired import set_aside
from tests.weather.measured import Measured
from tests.weather.readiness import Readiness
from tests.weather.scene import Fault, Scene
from tests.weather.weather import PATIENCE, Weather

# As they are by default; undos have more tries than any outage lasts.
SETTINGS = ConsumerSettings(undo_attempts=100, drain_timeout=5)
STUCK = f"not well {PATIENCE:g} s later, until all of ours was started anew"
_SEED = re.compile(r"chaos-(\d+)-\d+")


@dataclass(frozen=True)
class Report:
    """What the faults cost and what is wrong, one line each; `wrong_by_seed` counts those of a round."""

    measured: Sequence[Measured]
    wrong: Sequence[str]

    @property
    def wrong_by_seed(self) -> Counter[int]:
        """Violations that name a booking of a round, each booking once."""
        bookings = {match[0]: int(match[1]) for line in self.wrong if (match := _SEED.search(line))}
        return Counter(bookings.values())


async def run(
    world: World, faults: Sequence[Fault], rounds: int, leave: Path, say: Callable[[str], None]
) -> Report:
    """Do all faults in turn, `rounds` times; what is wrong leaves a bundle in the folder `leave`."""
    collector, readiness = Collector(world.direct), Readiness({one.name: one for one in world.services})
    scene = Scene(world, Supervisor(world.processes))
    measured: list[Measured] = []
    async with (
        collector.collecting(),
        readiness.watching(),
        scene.supervisor.watching(),
        await open_connection(world.direct, "weather load") as connection,
    ):
        publisher = await ConfirmedPublisher.open(connection, world.direct.publish_timeout)
        weather = Weather(scene, Load(publisher, world.direct), collector, readiness)
        for number in range(rounds):
            for place, fault in enumerate(faults):
                measured.append(await weather.round(fault, 1000 * (number + 1) + place))
                say(f"{number + 1}: {fault.name}: {measured[-1]}")
        observer = Observer(world, weather.sent, collector)
        healed = await observer.until_healed(say)
        seen = await observer.look([], scene.supervisor.ended)
        letters = await look_at(world.direct, world.direct.dead_queue)
    seen = replace(seen, dead=[*seen.dead, *(message_id for message_id, _ in scene.dead)])
    by_correlation = {letter.correlation_id: letter.message_id for letter in letters}
    by_correlation |= {correlation_id: message_id for message_id, correlation_id in scene.dead}
    sent, checked, wrong = set_aside(weather.may_expire, by_correlation, weather.sent, seen)
    wrong += checker.violations(sent, checked)
    wrong[:0] = [f"{one.fault.name}: {STUCK}" for one in measured if None in (one.first, one.all_answers)]
    if not healed:
        wrong.insert(0, f"not healed: for {STUCK_AFTER:g} s nothing got done")
    if wrong:
        await bundle.write(leave, world, ((), weather.sent, seen), wrong)
    return Report(measured, wrong)
