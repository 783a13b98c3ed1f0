"""What both drills do alike: send, send again, count and check."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import typer
from temporalio.client import Client

from tests.chaos.environment import World
from tests.chaos.load import orders, sender
from tests.chaos.load.orders import Kind, Order
from tests.chaos.observation import checker
from tests.chaos.observation.collector import Collector
from tests.chaos.observation.observed import Observed
from tests.chaos.observation.observer import STUCK_AFTER, Observer
from tests.chaos.processes import Service
from tests.poll import eventually

SLOWNESS = 6.0  # seconds that a slow leg takes
BOOKINGS = "WorkflowId STARTS_WITH 'booking-'"


@dataclass
class Rehearsal:
    """A world, and what has been sent into it."""

    world: World
    temporal: Client
    collector: Collector
    sent: list[Order] = field(default_factory=list)
    forgotten: set[str] = field(default_factory=set)
    """Bookings that were made anew after Temporal had lost them; a second answer may tell it otherwise."""
    began: float = field(default_factory=time.monotonic)

    @classmethod
    async def of(cls, world: World) -> "Rehearsal":
        """Nothing is sent yet."""
        return cls(world, await Client.connect(world.engines.temporal.address), Collector(world.direct))

    def say(self, text: str) -> None:
        """Tell what happens, and when."""
        typer.echo(f"  {time.monotonic() - self.began:5.1f} s  {text}")

    @property
    def consumers(self) -> list[Service]:
        """Our consumers."""
        return [service for service in self.world.services if service.name.startswith("consumer")]

    async def send(self, count: int, kind: Kind | None = None) -> list[Order]:
        """Ask for so many trips at once, of all kinds or of one; return when RabbitMQ has them."""
        found = drawn(len(self.sent) + 1, count, kind)
        self.sent += found
        await sender.send(found, self.world.direct)
        return found

    async def send_again(self, some: Sequence[Order]) -> None:
        """What a careful client does when no answer comes: the same request, the same booking id."""
        await sender.send(some, self.world.direct)

    def answered(self, some: Sequence[Order]) -> list[Order]:
        """Those that have an answer."""
        known = {answer.correlation_id for answer in self.collector.answers}
        return [order for order in some if order.booking_id in known]

    async def all_answered(self, some: Sequence[Order]) -> None:
        """Return when each has an answer."""
        complete = partial(lambda: len(self.answered(some)) == len(some))
        await eventually("each booking to be answered", complete, 120)

    async def known(self, query: str = "") -> set[str]:
        """The bookings that Temporal has, by their ids."""
        asked = f"{BOOKINGS} AND {query}" if query else BOOKINGS
        return {one.id.removeprefix("booking-") async for one in self.temporal.list_workflows(asked)}

    async def healed(self) -> None:
        """Return when nothing waits and nothing runs."""
        observer = Observer(self.world, self.sent, self.collector)
        assert await observer.until_healed(self.say), f"for {STUCK_AFTER:g} s nothing got done"

    async def check(self) -> tuple[list[str], Observed]:
        """What is wrong in the end, and what was seen."""
        await self.healed()
        ended = [service.name for service in self.world.services if not service.is_running]
        seen = await Observer(self.world, self.sent, self.collector).look((), ended)
        wrong = checker.violations(self.sent, seen)
        return [line for line in wrong if not self._is_told_otherwise(line)], seen

    def endings(self, booking_id: str) -> set[str]:
        """How a booking ended, by its answers: one way, or the promise is broken."""
        answers = self.collector.answers
        return {str(answer.body["status"]) for answer in answers if answer.correlation_id == booking_id}

    def _is_told_otherwise(self, line: str) -> bool:
        own = line.split(" ", maxsplit=1)[0]
        return own in self.forgotten and "): two answers: " in line and len(self.endings(own)) == 1


def drawn(seed: int, count: int, kind: Kind | None) -> list[Order]:
    """Trips for now, without repeats and cancels; those whose faults are of no matter here are plain."""
    found = [one for one in orders.draw(seed, count, 0.0, 0.0) if isinstance(one, Order)]
    return [replace(calm(order, kind), at=0.0, again_after=None, cancel_after=None) for order in found]


def calm(order: Order, kind: Kind | None) -> Order:
    """As it is if it is refused, else plain or of this kind."""
    if kind is None and order.kind is Kind.REFUSED:
        return order
    chosen = kind or Kind.PLAIN
    return replace(order, kind=chosen, items=dict.fromkeys(order.items, str(chosen)))
