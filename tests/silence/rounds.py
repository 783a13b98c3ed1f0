"""One round: a link goes silent, at rest or under load, and what becomes of processes and bookings."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, product
from uuid import uuid4

from publisher import BookingRequest, Client, PublishingError, ResultTimeoutError
from publisher.contract.result import Status
from tests.acceptance.watching import Watched
from tests.chaos.proxy.protocols import Way
from tests.poll import eventually
from tests.silence.world import Link, World

DIRECTIONS = {"both ways": tuple(Way), "to the server": (Way.REQUEST,), "from the server": (Way.ANSWER,)}
LOAD = {"at rest": 1, "under load": 30}
PACE = 0.1  # seconds between two bookings under load
WORKED_OFF = 10.0
"""Seconds in which what has gathered meanwhile is done."""
TASK_TIMEOUT = 10.0
"""Seconds after which Temporal gives a task anew that a lost connection had; it may have to twice."""
TEMPORALS_SILENCE = 70.0
"""Seconds after which Temporal itself gives up a client that it doesn't hear (`frontend.keepAliveTime`)."""


@dataclass(frozen=True)
class Round:
    """Which link goes silent, how, and while how much is booked."""

    link: Link
    direction: str
    load: str

    def __str__(self) -> str:
        return f"{self.link}, {self.direction}, {self.load}"

    def longest(self, silence: float) -> float:
        """The most seconds that a booking may wait.

        A Temporal that isn't told of the end gives tasks to the lost connection until it finds out itself.
        """
        untold = self.link.endswith("Temporal") and self.direction != "from the server"
        return (max(silence, TEMPORALS_SILENCE) if untold else silence) + 2 * TASK_TIMEOUT + WORKED_OFF


@dataclass(frozen=True)
class Outcome:
    """In seconds since the silence began; no times for a link without a process that tells of its health."""

    round: Round
    ended: Sequence[str]
    longest_wait: float
    statuses: frozenset[Status]
    noticed: float | None = None
    back: float | None = None


def rounds(times: int) -> Iterator[Round]:
    """So many rounds, spread over all that differ."""
    every = [Round(*drawn) for drawn in product(Link, DIRECTIONS, LOAD)]
    return islice(cycle(every[::5] + every[1::5] + every[2::5] + every[3::5] + every[4::5]), times)


async def run(world: World, one: Round) -> Outcome:
    """Let the link go silent while bookings are under way and come, and wait until all is well again."""
    await world.settle()
    booking = asyncio.gather(*(_book(world.client, number * PACE) for number in range(LOAD[one.load])))
    await asyncio.sleep(LOAD[one.load] * PACE / 3)
    world.proxies[one.link].forget(*DIRECTIONS[one.direction])
    health = asyncio.create_task(_health(world.watched_at(one.link), world.silence * 3))
    waits = [*await booking, await _book(world.client, 0)]
    noticed, back = await health
    return Outcome(
        one,
        world.ended,
        max(waited for _, waited in waits),
        frozenset(status for status, _ in waits),
        noticed,
        back,
    )


async def _health(watched: Watched | None, within: float) -> tuple[float | None, float | None]:
    """After how many seconds the process said that it isn't ready, and that it is again."""
    if watched is None:
        return None, None
    began = time.monotonic()
    await eventually("/readyz to notice", watched.reasons, within)
    noticed = time.monotonic() - began
    await watched.until_ready(within)
    return noticed, time.monotonic() - began


async def _book(client: Client, after: float) -> tuple[Status, float]:
    """Book as a careful client does, under the same id until there is a result; and how long that took."""
    await asyncio.sleep(after)
    request = BookingRequest(name="Jane", car="c", hotel="h", flight="f", booking_id=uuid4().hex)
    began = time.monotonic()
    while True:
        try:
            result = await client.book(request, timeout=120)
        except (PublishingError, ResultTimeoutError):
            continue
        return result.status, time.monotonic() - began
