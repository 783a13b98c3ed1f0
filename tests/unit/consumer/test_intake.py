"""How fast bookings start: as they come, or at a server's limit, one for each that ends."""

import asyncio
from itertools import pairwise
from types import SimpleNamespace

import pytest
from temporalio.service import RPCError, RPCStatusCode

from consumer.errors import TemporalCallError
from consumer.temporal import intake
from consumer.temporal.intake import SLOW, Intake
from saga.temporal import server_limit
from saga.temporal.server_limit import ServerLimit
from tests.poll import eventually
from voyage.failures import Failure


class Starting:
    """Bookings that ask for their turn, and the order in which they had it."""

    def __init__(self, intake: Intake, count: int) -> None:
        self.intake = intake
        self.order: list[int] = []
        self.tasks = [asyncio.create_task(self.start(number)) for number in range(count)]

    async def start(self, number: int) -> None:
        async with self.intake.turn():
            self.order.append(number)

    async def have_started(self, count: int) -> None:
        await eventually(f"{count} to have started", lambda: len(self.order) >= count)


@pytest.fixture
def limit() -> ServerLimit:
    return ServerLimit()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that none starts just because time has passed."""
    monkeypatch.setattr(intake, "_FIRST_PATIENCE", 600.0)


async def test_without_a_limit_all_start_at_once(limit: ServerLimit) -> None:
    starting = Starting(Intake(limit), 100)
    await asyncio.gather(*starting.tasks)
    assert starting.order == list(range(100))


async def test_at_the_limit_one_starts_for_each_that_ends_in_their_order(limit: ServerLimit) -> None:
    limit.told("namespace rate limit exceeded")
    starting = Starting(Intake(limit), 5)
    for ended in range(5):
        await asyncio.sleep(0)
        assert starting.order == list(range(ended))
        starting.intake.ended(waited=SLOW + 1)
        await starting.have_started(ended + 1)
    assert starting.order == list(range(5))


async def test_at_the_limit_one_starts_now_and_then_although_none_ends(
    limit: ServerLimit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_FIRST_PATIENCE", 0.01)
    limit.told("namespace rate limit exceeded")
    starting = Starting(Intake(limit), 5)
    await starting.have_started(5)
    assert starting.order == list(range(5))


async def test_a_refused_start_slows_the_next_ones(limit: ServerLimit) -> None:
    slow = Intake(limit)
    with pytest.raises(TemporalCallError) as failed:
        async with slow.turn():
            raise RPCError("namespace rate limit exceeded", RPCStatusCode.RESOURCE_EXHAUSTED, b"")
    assert failed.value.failure is Failure.LIMITED
    problem = limit.problem()
    assert problem
    assert "namespace rate limit exceeded" in problem.text
    starting = Starting(slow, 2)
    slow.ended(waited=0)
    await starting.have_started(1)
    assert starting.order == [0]
    for task in starting.tasks:
        task.cancel()


async def test_once_the_limit_is_gone_the_waiting_start(
    limit: ServerLimit, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit.told("namespace rate limit exceeded")
    starting = Starting(Intake(limit), 5)
    monkeypatch.setattr(server_limit, "HOLDS", 0.0)
    await asyncio.gather(*starting.tasks)
    assert limit.problem() is None


def test_questions_give_way_for_longer_after_each_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    limit, now, pauses = ServerLimit(), 1000.0, []
    monkeypatch.setattr(server_limit, "time", SimpleNamespace(monotonic=lambda: now))
    for _ in range(5):
        limit.told("busy")
        began = now
        while limit.gives_way:
            now += 0.5
        pauses.append(now - began)
        now -= 0.5  # still within the time for which the refusal counts
    assert all(one <= other for one, other in pairwise(pauses))
    assert pauses[0] < pauses[1] < pauses[-1] <= server_limit.HOLDS
