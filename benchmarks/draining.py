"""Requests published all at once, and their answers as they come, with what waits and is held meanwhile."""

import asyncio
import math
import statistics
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from aio_pika import connect
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

from benchmarks.processes import Role
from benchmarks.speed import spin
from benchmarks.ways.names import broker_settings
from benchmarks.ways.way import TRIP
from publisher import BookingRequest, Client
from tests.chaos.meanwhile import meanwhile

AT_ONCE = 200  # publishes that wait for their confirms
SAMPLE_EVERY = 1.0  # seconds
PATIENCE = 120.0  # seconds without an answer


@dataclass(frozen=True)
class Sample:
    """At so many seconds: requests in the queue, answers so far, MiB by role, and `spin`, in ms."""

    at: float
    queued: int
    answered: int
    mib: Mapping[str, float]
    spin: float


@dataclass
class Drain:
    """The second since the beginning at which each answer came, and samples in between."""

    began: float = field(default_factory=time.perf_counter)
    answers: list[float] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    def per_second(self, first: int, last: int) -> float:
        """The rate from one answer to another, counted from 0."""
        return round((last - first) / (self.answers[last] - self.answers[first]), 2)

    def spin(self, first: int, last: int) -> float:
        """The mean `spin` from one answer to another: how slow the machine was meanwhile."""
        times = [sample.spin for sample in self.samples if first <= sample.answered <= last]
        return round(statistics.mean(times), 3) if times else math.nan

    @property
    def longest_pause(self) -> float:
        """The most seconds between two answers."""
        return round(max(later - sooner for sooner, later in pairwise(self.answers)), 2)

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self.began

    async def until(self, count: int) -> None:
        """Return when so many answers have come; raises `RuntimeError` if they stop coming."""
        while len(self.answers) < count:
            if self.now - max(self.answers, default=0.0) > PATIENCE:
                raise RuntimeError(f"only {len(self.answers)} of {count} answers came")
            await asyncio.sleep(0.1)

    async def took(self, _: AbstractIncomingMessage) -> None:
        """An answer is there."""
        self.answers.append(self.now)

    async def sample(self, queue: AbstractQueue, roles: Mapping[str, Role]) -> None:
        """Look from time to time."""
        while True:
            queued = (await queue.declare()).message_count or 0
            mib = {name: round(held, 1) for name, role in roles.items() if (held := role.memory_mib())}
            self.samples.append(Sample(round(self.now, 1), queued, len(self.answers), mib, spin()))
            await asyncio.sleep(SAMPLE_EVERY)


@asynccontextmanager
async def draining(environment: Mapping[str, str], roles: Mapping[str, Role]) -> AsyncIterator[Drain]:
    """Collect answers and samples for as long as the block lasts."""
    names = broker_settings(environment)
    async with await connect(environment["AMQP_URL"]) as connection, connection.channel() as channel:
        drain = Drain()
        results = await channel.declare_queue(names.results_queue, passive=True)
        requests = await channel.declare_queue(names.requests_queue, passive=True)
        await results.consume(drain.took, no_ack=True)
        async with meanwhile(drain.sample(requests, roles)):
            yield drain


async def publish(environment: Mapping[str, str], requests: int) -> None:
    """Publish so many; back when RabbitMQ has all of them safe. They are answered in the results queue."""
    todo = iter(range(requests))
    async with await Client.connect(settings=broker_settings(environment)) as client:

        async def sender() -> None:
            for _ in todo:
                await client.publish(BookingRequest.model_validate(TRIP))

        await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
