"""`make chaos SEED=… BOOKINGS=… FAULTS=…`: break everything, then see whether all is well."""

import asyncio
import random
import sys
from pathlib import Path
from typing import Annotated

import typer

from tests.chaos import record
from tests.chaos.environment import SETTINGS, World, a_world
from tests.chaos.faults import schedule
from tests.chaos.faults.schedule import Fault
from tests.chaos.load import orders
from tests.chaos.processes import SHAPES, TWO_SERVICES
from tests.chaos.record import CLUSTERS, ONE_NODE, Run
from tests.chaos.run import BUNDLE, run, run_command, verdict
from voyage.devstack.bring_up import CLUSTER, WORLD, clusters_are_asked_for
from voyage.trips import Trip
from voyage.trips.leg import FAST
from voyage.trips.loading import load_trip, name_of
from voyage.trips.tutorial import BookingRequest


def main(  # noqa: PLR0913 -- one parameter for each option
    *,
    seed: Annotated[list[int] | None, typer.Option(help="Draw by it; may be given more than once.")] = None,
    bookings: Annotated[int, typer.Option(help="How many messages, poison included.", min=1)] = 500,
    faults: Annotated[int, typer.Option(help="How many faults.", min=0)] = 30,
    pace: Annotated[float, typer.Option(help="Seconds from one fault to the next.", min=0.1)] = 4.0,
    poison: Annotated[float, typer.Option(help="How many messages in a hundred.", min=0, max=100)] = 20.0,
    shape: Annotated[str, typer.Option(help=f"Which processes: {', '.join(SHAPES)}.")] = TWO_SERVICES,
    fast: Annotated[float, typer.Option(help="VOYAGE_FAST_LEGS; the supplier takes more than 0.02.")] = FAST,
    trip: Annotated[str, typer.Option(help="What is booked, as module:Class.")] = name_of(BookingRequest),
    bundle: Annotated[Path, typer.Option(help="Where a failed run leaves what it has.")] = BUNDLE,
    keep: Annotated[bool, typer.Option("--keep", help="Add each run to the record of all.")] = False,
) -> None:
    """Exit code 0 if every promise held, else 1."""
    if shape not in SHAPES:
        raise typer.BadParameter(f"is none of {', '.join(SHAPES)}", param_hint="--shape")
    try:
        booked = load_trip(trip)
    except ValueError as unusable:
        raise typer.BadParameter(str(unusable), param_hint="--trip") from None
    failed = []
    for number in seed or [random.SystemRandom().randrange(1_000_000)]:
        ended = asyncio.run(one(number, (bookings, faults, pace, poison), shape, booked, fast, bundle))
        if keep:
            record.keep(ended, record.KEPT)
        if ended.violations:
            failed.append(number)
    if failed:
        sys.exit(f"chaos: the promise was broken under seed {', '.join(map(str, failed))}")


async def one(
    seed: int, size: tuple[int, int, float, float], shape: str, trip: type[Trip], fast: float, leave: Path
) -> Run:
    """One run, and what there is to record of it."""
    bookings, faults, pace, poison = size
    clusters = clusters_are_asked_for()
    where = f"{WORLD}={CLUSTER} " if clusters else ""
    repeat = (
        f"make chaos {where}SEED={seed} BOOKINGS={bookings} FAULTS={faults} PACE={pace:g} POISON={poison:g}"
    )
    print(f"Seed {seed}; again: {repeat} SHAPE={shape} FAST={fast:g} TRIP={name_of(trip)}", flush=True)
    settings = SETTINGS.model_copy(update={"trip": trip, "fast_legs": fast})
    async with a_world(SHAPES[shape], settings, clusters=clusters) as world:
        planned = drawn(seed, faults, pace, world)
        sent = orders.draw(seed, bookings, max(faults * pace, bookings / 20), poison / 100, trip)
        report = await run(world, sent, planned, leave / f"seed-{seed}")
    print(f"{report}\n{verdict(report.wrong, leave / f'seed-{seed}')}\n", flush=True)
    kind = CLUSTERS if clusters else ONE_NODE
    return record.of(sent, planned, report, world=kind, shape=shape, trip=name_of(trip), fast=fast, seed=seed)


def drawn(seed: int, faults: int, pace: float, world: World) -> list[Fault]:
    """The faults for this world."""
    nodes, processes = list(world.engines.nodes), list(world.processes)
    if not world.engines.cluster:
        return schedule.draw(seed, faults, pace, processes, list(world.proxies), nodes[0])
    servers = [server.name.lower() for server in world.engines.servers]
    services = [name for name in processes if name not in servers]
    return schedule.draw_for_clusters(seed, faults, pace, servers, services, nodes)


if __name__ == "__main__":
    run_command("chaos", main)
