"""`python -m tests.chaos.plans`: a trip changes under running bookings; each must end by its own plan.

Bookings of the old trip are under way, with its consumer and workers. A worker of the new one comes beside
them, one of each is killed, the consumer is exchanged, bookings of the new trip follow. The old worker leaves
last.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from temporalio.client import Client

from saga.activities.unserved import UNSERVED
from tests.chaos import bundle as kept
from tests.chaos.changed_trip import After, Before
from tests.chaos.environment import SETTINGS, World, a_world, until_ready
from tests.chaos.load import orders, sender
from tests.chaos.load.orders import Kind, Order
from tests.chaos.observation import checker
from tests.chaos.observation.collector import Collector
from tests.chaos.observation.observed import Observed
from tests.chaos.observation.observer import STUCK_AFTER, Observer
from tests.chaos.processes import CONSUMER, WORKER, Command, Service
from tests.chaos.run import BUNDLE, run_command, verdict
from tests.poll import eventually
from voyage.trips import Trip

SLOW_LEGS = ("jeep", "lodge", "guide")
PER_SECOND = 20
BOOKINGS = "WorkflowId STARTS_WITH 'booking-'"


def main(
    bookings: Annotated[int, typer.Option(help="Of the old trip; of the new one half as many.", min=2)] = 200,
    slowness: Annotated[float, typer.Option(help="Seconds that a slow leg takes.", min=0.1, max=9)] = 6.0,
    seed: Annotated[int, typer.Option(help="Draw by it.")] = 1,
    bundle: Annotated[Path, typer.Option(help="Where a failed run leaves what it has.")] = BUNDLE,
) -> None:
    """Exit code 0 if every promise held, else 1."""
    leave = bundle / f"plans-{seed}"
    wrong = asyncio.run(change(bookings, slowness, seed, leave))
    print(verdict(wrong, leave))
    if wrong:
        sys.exit(1)


def say(text: str) -> None:
    """Tell what goes on."""
    print(f"  {text}", flush=True)


async def change(bookings: int, slowness: float, seed: int, leave: Path) -> Sequence[str]:
    """What was wrong; empty if each booking ended by its own plan."""
    old, new = drawn(seed, bookings, Before), drawn(seed + 1_000_000, bookings // 2, After)
    settings = SETTINGS.model_copy(update={"trip": Before})
    shape = (of(Before, "consumer"), of(Before, "worker", "1"), of(Before, "worker", "2"))
    async with a_world(shape, settings, slowness=slowness) as world:
        collector = Collector(world.direct)
        async with collector.collecting():
            seen = await roll(world, collector, old, new)
        wrong = checker.violations([*old, *new], seen)
        if wrong:
            await kept.write(leave, world, ([], [*old, *new], seen), wrong)
        return wrong


async def roll(world: World, collector: Collector, old: Sequence[Order], new: Sequence[Order]) -> Observed:
    """Change the trip; what is seen when all has ended."""
    old_consumer, *old_workers = world.services
    await sender.send(old, world.settings)
    temporal = await Client.connect(world.engines.temporal.address)
    begun = len(old)
    await eventually("each old booking to have begun", lambda: has_begun(temporal, begun), 60)
    say(f"{await running(temporal)} of {begun} bookings of the old trip are under way")
    new_worker = await world.add(of(After, "worker", "3"))
    await kill(old_workers[0], new_worker)
    await world.remove(old_consumer)
    await world.add(of(After, "consumer"))
    await world.remove(old_workers[1])
    say(f"{await running(temporal)} still are, with one worker of each trip; now the new trip is booked")
    await sender.send(new, world.settings)
    observer = Observer(world, [*old, *new], collector)
    healed = await observer.until_healed(say)
    await world.remove(old_workers[0])
    ended = [service.name for service in world.services if not service.is_running]
    seen = await observer.look((), ended)
    asked, most = await unserved_calls(temporal)
    say(f"{len(seen.answers)} results; {asked} calls came to a worker without the leg, {most} of one booking")
    return (
        seen
        if healed
        else replace(seen, ended=[*seen.ended, f"after {STUCK_AFTER:g} s without progress, all"])
    )


async def kill(*services: Service) -> None:
    """Kill each at once, and start it again."""
    for service in services:
        service.kill()
        service.spawn()
    await until_ready(services)


def drawn(seed: int, count: int, trip: type[Trip]) -> list[Order]:
    """Bookings without poison; most of the old trip are slow, so that they are under way for a while."""
    found = [
        order for order in orders.draw(seed, count, count / PER_SECOND, 0, trip) if isinstance(order, Order)
    ]
    slow = dict.fromkeys(SLOW_LEGS, str(Kind.SLOW)) if trip is Before else {}
    return [
        replace(order, items={**order.items, **slow}) if order.kind is Kind.PLAIN else order
        for order in found
    ]


def of(trip: type[Trip], role: str, number: str = "") -> Command:
    """A process of ours of this trip."""
    name = f"{role}-{trip.__name__.lower()}{number and f'-{number}'}"
    return Command(name, *(CONSUMER if role == "consumer" else WORKER), trip=trip)


async def has_begun(temporal: Client, number: int) -> bool:
    """Whether so many bookings are in Temporal, ended or not."""
    return (await temporal.count_workflows(BOOKINGS)).count >= number


async def running(temporal: Client) -> int:
    """How many bookings run."""
    return (await temporal.count_workflows(f"{BOOKINGS} AND ExecutionStatus = 'Running'")).count


async def unserved_calls(temporal: Client) -> tuple[int, int]:
    """How many calls failed as their worker lacks the leg: in all, and of one booking at most."""
    counted = []
    async for history in temporal.list_workflows(BOOKINGS).map_histories():
        failures = [event.activity_task_failed_event_attributes.failure for event in history.events]
        counted.append(sum(one.application_failure_info.type == UNSERVED for one in failures))
    return sum(counted), max(counted)


if __name__ == "__main__":
    run_command("plans", main)
