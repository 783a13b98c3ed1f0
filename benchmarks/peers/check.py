"""`make check-peers`: what each peer does with a refusal, a repeat, and a kill at two bad moments."""

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import aiohttp
import psutil

from benchmarks.peers.asking import Client
from benchmarks.peers.ledger import Entries, Ledger
from benchmarks.peers.peer import Peer, Set
from benchmarks.peers.peers import celery, dbos_postgres, dbos_sqlite, faststream
from benchmarks.ways.way import TRIP
from voyage import devstack

PATIENCE = 30.0
LATER = 5.0  # seconds in which what is done twice would be done the second time
UNDONE = ["car booked", "hotel refused", "hotel undone", "car undone"]


@dataclass(frozen=True)
class Examination:
    """A peer that can be killed, what its supplier notes, and the client that asks it."""

    peer: Peer
    ledger: Ledger
    client: Client

    async def refusal(self) -> bool:
        """A refused hotel; whether hotel and car were undone in this order."""
        trip = _trip(hotel="invalid-hotel")
        async with self.peer.running():
            answer = await self.client.book(trip)
            at_once = list(self.ledger.of(trip["booking_id"]))
            seen = await self.ledger.until(
                trip["booking_id"], lambda so_far: "car undone" in so_far, PATIENCE
            )
        self._say("a refused hotel", answer, seen)
        if "car undone" not in at_once:
            print("   the answer came before the undoing was done")
        return [entry for entry in seen if "begun" not in entry] == UNDONE

    async def repeat(self) -> None:
        """The same request again, when the first has its answer."""
        trip = _trip()
        async with self.peer.running():
            answers = [await self.client.book(trip), await self.client.book(trip)]
        self._say("the same request twice", ", ".join(answers), self.ledger.of(trip["booking_id"]))

    async def kill(self, moment: str, trip: Mapping[str, str], until: str) -> None:
        """Kill the service at the moment, start it again, and see whether it comes to the end."""
        booking = trip["booking_id"]
        async with self.peer.running() as service:
            asked = asyncio.create_task(self._ask(trip))
            await self.ledger.until(booking, lambda so_far: moment in so_far, PATIENCE)
            for process in service.processes:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        at_kill = len(self.ledger.of(booking))
        async with self.peer.running():
            await self.ledger.until(booking, lambda so_far: until in so_far[at_kill:], PATIENCE)
            await self.ledger.until(booking, lambda so_far: so_far.count(until) > 1, LATER)
            answer = await self._ask_again(asked, trip)
        seen = self.ledger.of(booking)
        self._say(
            f"killed at '{moment}'", answer, [*seen[:at_kill], "| killed, started again |", *seen[at_kill:]]
        )

    async def _ask(self, trip: Mapping[str, str]) -> str:
        try:
            return await self.client.book(trip)
        except aiohttp.ClientError:
            return ""

    async def _ask_again(self, asked: asyncio.Task[str], trip: Mapping[str, str]) -> str:
        with suppress(TimeoutError):
            if answer := await asyncio.wait_for(asked, LATER):
                return answer
            return f"connection lost; asked again: {await asyncio.wait_for(self._ask(trip), PATIENCE)}"
        return "never"

    def _say(self, case: str, answer: str, seen: Entries) -> None:
        print(f"{self.peer.name}: {case}\n   answer: {answer}\n   supplier: {', '.join(seen)}", flush=True)


async def examine(peer_set: Set, servers: devstack.Servers, folder: Path) -> bool:
    """Print what was seen; whether a refused booking was undone in reverse."""
    async with peer_set(servers) as bare:
        ledger = Ledger(folder / f"{bare.name}.ledger")
        peer = replace(bare, environment={**bare.environment, "PEERS_LEDGER": str(ledger.path)})
        async with peer.asked(peer.environment) as client:
            examination = Examination(peer, ledger, client)
            undone = await examination.refusal()
            await examination.repeat()
            await examination.kill("hotel begun", _trip(hotel="slow-hotel"), until="flight booked")
            lasting = _trip(car="lasting-car", flight="invalid-flight")
            await examination.kill("car undo begun", lasting, until="car undone")
    return undone


def _trip(**other: str) -> dict[str, str]:
    return {**TRIP, **other, "booking_id": uuid4().hex}


async def _examine_all(servers: devstack.Servers) -> bool:
    with tempfile.TemporaryDirectory(prefix="voyage-bench-peers-") as folder:
        sets: tuple[Set, ...] = (celery, faststream, dbos_sqlite, dbos_postgres)
        return all([await examine(peer_set, servers, Path(folder)) for peer_set in sets])


if __name__ == "__main__":
    try:
        broker = devstack.RabbitMq()
        try:
            broker.start()
            found = devstack.Servers(amqp_url=broker.url, temporal_address="")
            sys.exit(0 if asyncio.run(_examine_all(found)) else "a refused booking was not undone in reverse")
        finally:
            broker.close()
    except devstack.DevstackError as error:
        sys.exit(f"check-peers: {error}")
