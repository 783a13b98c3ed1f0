"""One run: load and faults at the same time, then healing, then the check."""

import asyncio
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer

from publisher.contract.result import Status
from tests.chaos import bundle
from tests.chaos.environment import World
from tests.chaos.faults.injector import Faults
from tests.chaos.faults.schedule import Fault
from tests.chaos.load import sender
from tests.chaos.load.orders import Order
from tests.chaos.load.poison import Poison
from tests.chaos.observation import checker
from tests.chaos.observation import pauses as paused
from tests.chaos.observation.collector import Collector
from tests.chaos.observation.observed import Observed
from tests.chaos.observation.observer import STUCK_AFTER, Observer
from tests.chaos.observation.sampler import Sampler
from voyage.devstack import DevstackError

SAMPLE_EVERY = 5.0
SHOWN = 20  # violations that are printed; the bundle has all
BUNDLE = Path("chaos-bundle")


@dataclass(frozen=True)
class Report:
    """How a run ended."""

    seen: Observed
    wrong: Sequence[str]
    faults: int
    messages: int
    took: float
    healing: float
    pauses: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """For how many seconds no booking ended, by kind of fault."""

    def __str__(self) -> str:
        answers = self.seen.answers
        ends = Counter(str(answer.body["status"]) for answer in answers)
        changes = Counter(str(change["change"]) for change in self.seen.changes)
        return "\n".join(
            (
                f"{self.faults} faults, {self.messages} messages in {self.took:.0f} s",
                f"healed {self.healing:.0f} s later",
                f"{len(answers)} results: {_told(ends)}",
                f"the supplier's ledger: {_told(changes)}",
                *paused.table(self.pauses),
            )
        )


async def run(world: World, sent: Sequence[Order | Poison], schedule: Sequence[Fault], leave: Path) -> Report:
    """Send, break, heal, look and check; what is wrong leaves a bundle in the folder `leave`."""
    began = time.monotonic()
    collector = Collector(world.direct)
    sampler = Sampler(world.watched, SAMPLE_EVERY)

    def say(text: str) -> None:
        print(f"  {text}", flush=True)

    faults = Faults(world, say)
    async with collector.collecting(), sampler.sampling():
        async with faults.supervisor.watching():
            messages, _ = await asyncio.gather(sender.send(sent, world.settings), faults.follow(schedule))
            took = time.monotonic() - began
            observer = Observer(world, sent, collector)
            healed = await observer.until_healed(say)
            healing = time.monotonic() - began - took
        seen = await observer.look(sampler.samples, faults.supervisor.ended)
    wrong = checker.violations(sent, seen)
    if not healed:
        wrong.insert(0, f"not healed: for {STUCK_AFTER:g} s nothing got done")
    if wrong:
        await bundle.write(leave, world, (schedule, sent, seen), wrong)
    ends = [answer.at for answer in seen.answers if answer.body["status"] != Status.REJECTED]
    pauses = paused.pauses(faults.spells, ends)
    return Report(seen, wrong, len(faults.spells), messages, took, healing, pauses)


def verdict(wrong: Sequence[str], leave: Path) -> str:
    """What to say of a run, and where to look if it failed."""
    if not wrong:
        return "Every booking whole or undone, and answered."
    head = f"{len(wrong)} violations; logs, histories and ledger are in {leave}:"
    return "\n".join((head, *(f"  {line}" for line in wrong[:SHOWN])))


def run_command(name: str, main: Callable[..., None]) -> None:
    """Run a command of this kind: nothing is said of broken connections, which are the normal case here."""
    for library in ("aio_pika", "aiormq", "asyncio"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        typer.run(main)
    except DevstackError as error:
        sys.exit(f"{name}: {error}")


def _told(counted: Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in sorted(counted.items()))
