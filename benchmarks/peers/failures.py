"""What each peer does with a refusal, a repeated request, and `kill -9` while it books and undoes."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import aiohttp
import psutil

from benchmarks.peers.client import Client
from benchmarks.peers.services import PEERS, Peer, StartPeer
from benchmarks.scenarios.scenario import TRIP
from voyage import devstack

TIMEOUT = 30.0
REPEAT_WAIT = 5.0  # seconds in which a step that is done twice would be done again
UNDONE = ["car booked", "hotel refused", "hotel undone", "car undone"]


@dataclass(frozen=True)
class Ledger:
    """The file in which the suppliers write each call, as `<booking> <leg> <event>`."""

    path: Path

    def of(self, booking: str) -> Sequence[str]:
        """The events of a booking in order: `car begun`, `car booked`, `hotel refused`."""
        lines = (line.split(" ", 1) for line in self.path.read_text().splitlines())
        return [event for of, event in lines if of == booking]

    async def until(self, booking: str, condition: Callable[[Sequence[str]], bool], seconds: float) -> None:
        """Return when the condition holds for the events, or after so many seconds."""
        deadline = time.monotonic() + seconds
        while not condition(self.of(booking)) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)


@dataclass(frozen=True)
class Checks:
    """The checks of one peer; each prints the answer and the events at the supplier."""

    peer: Peer
    ledger: Ledger
    client: Client

    async def refusal(self) -> bool:
        """Refuse a hotel; return whether hotel and car were undone in this order."""
        trip = _trip(hotel="invalid-hotel")
        async with self.peer.running():
            answer = await self.client.book(trip)
            at_answer = self.ledger.of(trip["booking_id"])
            await self.ledger.until(trip["booking_id"], lambda events: "car undone" in events, TIMEOUT)
        events = self.ledger.of(trip["booking_id"])
        self._print("a refused hotel", answer, events)
        if "car undone" not in at_answer:
            print("   the answer came before the end of the undo")
        return [event for event in events if "begun" not in event] == UNDONE

    async def repeat(self) -> None:
        """Send the same request again after its answer."""
        trip = _trip()
        async with self.peer.running():
            answers = [await self.client.book(trip), await self.client.book(trip)]
        self._print("the same request twice", ", ".join(answers), self.ledger.of(trip["booking_id"]))

    async def kill(self, moment: str, trip: Mapping[str, str], last: str) -> None:
        """Kill the service at the event `moment`, start it again, and wait for the event `last`."""
        booking = trip["booking_id"]
        async with self.peer.running() as service:
            asked = asyncio.create_task(self._book(trip))
            await self.ledger.until(booking, lambda events: moment in events, TIMEOUT)
            for process in service.processes:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        before = self.ledger.of(booking)
        async with self.peer.running():
            await self.ledger.until(booking, lambda events: last in events[len(before) :], TIMEOUT)
            await self.ledger.until(booking, lambda events: events.count(last) > 1, REPEAT_WAIT)
            answer = await self._answer(asked, trip)
        events = [*before, "| killed, started again |", *self.ledger.of(booking)[len(before) :]]
        self._print(f"killed at '{moment}'", answer, events)

    async def _book(self, trip: Mapping[str, str]) -> str:
        with suppress(aiohttp.ClientError):
            return await self.client.book(trip)
        return ""

    async def _answer(self, asked: asyncio.Task[str], trip: Mapping[str, str]) -> str:
        with suppress(TimeoutError):
            if answer := await asyncio.wait_for(asked, REPEAT_WAIT):
                return answer
            return f"connection lost; asked again: {await asyncio.wait_for(self._book(trip), TIMEOUT)}"
        return "none"

    def _print(self, case: str, answer: str, events: Sequence[str]) -> None:
        print(f"{self.peer.name}: {case}\n   answer: {answer}\n   supplier: {', '.join(events)}", flush=True)


async def check_all(servers: devstack.Servers, folder: Path) -> bool:
    """Check each peer; return whether all undid a refused booking in reverse."""
    return all([await _check(start, servers, folder) for _, start in PEERS.values()])


async def _check(start: StartPeer, servers: devstack.Servers, folder: Path) -> bool:
    async with start(servers) as bare:
        ledger = Ledger(folder / f"{bare.name}.ledger")
        ledger.path.touch()
        peer = replace(bare, environment={**bare.environment, "PEERS_LEDGER": str(ledger.path)})
        async with peer.connect(peer.environment) as client:
            checks = Checks(peer, ledger, client)
            undone = await checks.refusal()
            await checks.repeat()
            await checks.kill("hotel begun", _trip(hotel="slow-hotel"), last="flight booked")
            lasting = _trip(car="lasting-car", flight="invalid-flight")
            await checks.kill("car undo begun", lasting, last="car undone")
    return undone


def _trip(**other: str) -> dict[str, str]:
    return {**TRIP, **other, "booking_id": uuid4().hex}
