"""Publish many requests, and record when their answers come, the queue's length and the memory."""

import asyncio
import math
import statistics
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

from benchmarks.measurement.processes import Roles
from benchmarks.scenarios.queues import broker_settings
from benchmarks.scenarios.scenario import TRIP
from publisher import BookingRequest, Client
from tests.chaos.background import in_background
from tests.rabbitmq import connect

PUBLISHERS = 200  # publishes that wait for their confirm at the same time
SAMPLE_EVERY = 1.0  # seconds
ANSWER_TIMEOUT = 120.0  # seconds without an answer
CALIBRATION_LOOPS = 20_000


@dataclass(frozen=True)
class Sample:
    """The state after `at` seconds: requests in the queue, answers, MiB by role, and `calibration`."""

    at: float
    queued: int
    answered: int
    mib: Mapping[str, float]
    calibration_ms: float


@dataclass
class Drain:
    """The time of each answer in seconds since the start, and a sample each second."""

    began: float = field(default_factory=time.perf_counter)
    answers: list[float] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.began

    @property
    def longest_pause(self) -> float:
        """The longest time in seconds between two answers."""
        return round(max(later - sooner for sooner, later in pairwise(self.answers)), 2)

    def per_second(self, first: int, last: int) -> float:
        """The rate from one answer to another; the first answer is 0."""
        return round((last - first) / (self.answers[last] - self.answers[first]), 2)

    def calibration_ms(self, first: int, last: int) -> float:
        """The mean calibration time from one answer to another."""
        times = [one.calibration_ms for one in self.samples if first <= one.answered <= last]
        return round(statistics.mean(times), 3) if times else math.nan

    async def until(self, count: int) -> None:
        """Return when `count` answers are there; raise `RuntimeError` if no more answers come."""
        while len(self.answers) < count:
            if self.now - max(self.answers, default=0.0) > ANSWER_TIMEOUT:
                raise RuntimeError(f"only {len(self.answers)} of {count} answers came")
            await asyncio.sleep(0.1)

    async def answered(self, _: AbstractIncomingMessage) -> None:
        """Record an answer."""
        self.answers.append(self.now)

    async def sample(self, queue: AbstractQueue, roles: Roles) -> None:
        """Add a sample each second."""
        while True:
            queued = (await queue.declare()).message_count or 0
            mib = {name: round(group.memory_mib(), 1) for name, group in roles.items()}
            self.samples.append(Sample(round(self.now, 1), queued, len(self.answers), mib, calibration()))
            await asyncio.sleep(SAMPLE_EVERY)


def calibration() -> float:
    """The CPU ms that a fixed loop takes: more on a machine that other work makes slow."""
    seen: dict[int, int] = {}
    began = time.thread_time()
    for turn in range(CALIBRATION_LOOPS):
        seen[turn % 97] = turn
    return round((time.thread_time() - began) * 1000, 3)


@asynccontextmanager
async def draining(environment: Mapping[str, str], roles: Roles) -> AsyncIterator[Drain]:
    """Collect answers and samples until the end of the block."""
    names = broker_settings(environment)
    async with await connect(environment["AMQP_URL"]) as connection, connection.channel() as channel:
        drain = Drain()
        results = await channel.declare_queue(names.results_queue, passive=True)
        requests = await channel.declare_queue(names.requests_queue, passive=True)
        await results.consume(drain.answered, no_ack=True)
        async with in_background(drain.sample(requests, roles)):
            yield drain


async def publish(environment: Mapping[str, str], requests: int) -> None:
    """Publish requests, and return when RabbitMQ has confirmed all. The results queue gets the answers."""
    remaining = iter(range(requests))
    async with await Client.connect(settings=broker_settings(environment)) as client:

        async def publisher() -> None:
            for _ in remaining:
                await client.publish(BookingRequest.model_validate(TRIP))

        await asyncio.gather(*(publisher() for _ in range(PUBLISHERS)))
