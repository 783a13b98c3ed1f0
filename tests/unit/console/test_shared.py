"""One question is asked once for all browsers, and its last answer stays when it can't be asked again."""

import asyncio

import pytest

from console.errors import AwayError
from console.facts.shared import Reading, Shared


class Server:
    """Answers when it may, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.is_away = False

    async def ask(self) -> int:
        self.asked += 1
        await self.may_answer.wait()
        if self.is_away:
            raise AwayError("It is away.")
        return self.asked


async def test_many_who_ask_at_once_ask_once() -> None:
    shared, server = Shared(rest=0), Server()
    asking = [shared.get("key", server.ask, fresh=60, patience=5) for _ in range(5)]
    server.may_answer.set()
    readings = await asyncio.gather(*asking)

    assert [one.value for one in readings] == [1] * 5
    assert server.asked == 1


async def test_who_is_not_patient_gets_what_is_known() -> None:
    shared, server = Shared(rest=0), Server()
    assert (await shared.get("key", server.ask, fresh=0, patience=0.01)).is_pending
    server.may_answer.set()
    assert (await shared.get("key", server.ask, fresh=60, patience=5)).value == 1


async def test_the_last_answer_stays_with_the_reason_why_there_is_no_newer_one() -> None:
    shared, server = Shared(rest=0), Server()
    server.may_answer.set()
    first = await shared.get("key", server.ask, fresh=0, patience=5)
    server.is_away = True
    assert await shared.get("key", server.ask, fresh=0, patience=5) == Reading(1, first.at, "It is away.")
    server.is_away = False
    assert (await shared.get("key", server.ask, fresh=0, patience=5)).error == ""


async def test_what_somebody_has_changed_is_asked_anew() -> None:
    shared, server = Shared(rest=0), Server()
    server.may_answer.set()
    for _ in range(2):
        await shared.get(("key", 1), server.ask, fresh=60, patience=5)
    assert server.asked == 1
    shared.forget("key")
    assert (await shared.get(("key", 1), server.ask, fresh=60, patience=5)).value == 2


async def test_a_server_that_takes_long_is_asked_less_often() -> None:
    shared, asked = Shared(rest=10), 0

    async def slow() -> int:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.05)
        return asked

    for _ in range(5):
        assert (await shared.get("key", slow, fresh=0, patience=5)).value == 1
    await asyncio.sleep(0.6)
    assert (await shared.get("key", slow, fresh=0, patience=5)).value == 2


async def test_another_version_is_asked_for_and_the_old_answer_stays_until_then() -> None:
    shared, server = Shared(rest=0), Server()
    server.may_answer.set()
    await shared.get("key", server.ask, fresh=60, patience=5, version=7)
    assert (await shared.get("key", server.ask, fresh=60, patience=0, version=8)).value == 1
    assert (await shared.get("key", server.ask, fresh=60, patience=5, version=8)).value == 2
    assert (await shared.get("key", server.ask, fresh=60, patience=5, version=8)).value == 2


async def test_a_bug_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    reading = await Shared().get("key", broken, fresh=0, patience=5)
    assert reading.error.startswith("This is a bug of ours")
    assert "ZeroDivisionError" in caplog.text
