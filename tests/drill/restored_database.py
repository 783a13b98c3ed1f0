"""Temporal's database is put back to an earlier time while bookings run."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.chaos.load.orders import Kind
from tests.drill.rehearsal import Rehearsal
from tests.poll import eventually
from voyage.devstack import Temporal


async def restore_the_database(drill: Rehearsal) -> None:
    """Some bookings ran when the copy was made; of those after it, some have ended and some run."""
    temporal = drill.world.engines.temporal
    assert isinstance(temporal, Temporal)
    database, copy = temporal.home / "temporal.db", temporal.home / "copy.db"
    async with drill.collector.collecting():
        before = await drill.send(15)
        await drill.all_answered(before)
        running = await drill.send(5, Kind.SLOW)
        ids = {order.booking_id for order in running}

        async def run() -> bool:
            return ids <= await drill.known("ExecutionStatus = 'Running'")

        await eventually("bookings to run", run, 60)
        await asyncio.to_thread(copy_of, database, copy)
        drill.say(f"copied, with {len(before)} ended bookings and {len(running)} that run")
        after = await drill.send(15)
        await drill.all_answered([*running, *after])
        late = await drill.send(5, Kind.SLOW)
        ids = {order.booking_id for order in late}
        await eventually("the last ones to run", run, 60)
        answers = len(drill.collector.answers)
        drill.say(f"since then {len(running) + len(after)} were answered, and {len(late)} run")
        await asyncio.to_thread(temporal.kill)
        put_back(database, copy)
        await asyncio.to_thread(temporal.start)
        drill.say("Temporal is back, with its database as it was")
        await drill.healed()
        known = await drill.known()
        again = len(drill.collector.answers) - answers
        drill.say(f"{again} answers came again, of the {len(running)} bookings that ran when it was copied")
        for what, some in (("ended", after), ("run", late)):
            gone = [order for order in some if order.booking_id not in known]
            drill.say(
                f"{len(gone)} of {len(some)} bookings from after the copy that {what} are unknown to Temporal"
            )
        live = {
            row["booking"] for row in drill.world.supplier.ledger().bookings() if row["state"] == "booked"
        }
        orphans = [order for order in late if f"booking-{order.booking_id}" in live]
        drill.say(f"{len(orphans)} of {len(late)} that ran have legs at the supplier, and no answer")
        drill.forgotten = {order.booking_id for order in (*after, *late)}
        await drill.send_again([*after, *late])
        await drill.all_answered(drill.sent)
        await drill.healed()
        drill.say(f"{len(after) + len(late)} sent again under their ids: all answered")


def copy_of(database: Path, copy: Path) -> None:
    """A copy of a database that is in use, as its backup would be."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def put_back(database: Path, copy: Path) -> None:
    """The copy in the place of the database; what was written since is gone."""
    for left in database.parent.glob("temporal.db*"):
        left.unlink()
    copy.rename(database)
