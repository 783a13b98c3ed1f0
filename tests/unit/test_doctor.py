"""The doctor's findings, for what needs no server."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from saga import finding
from saga.clock import compare
from saga.finding import ALL_OK, Finding, State, answered, report

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OK, NOBODY_KNOWS = Finding("a", State.OK, "fine"), Finding("b", State.UNKNOWN, "who knows", "ask")


def test_a_clock_is_judged_by_the_time_in_which_the_server_must_have_heard_us() -> None:
    seen, minutes = NOW + timedelta(seconds=1), timedelta(minutes=5)
    assert compare("clock", NOW, NOW + timedelta(milliseconds=500), seen).state is State.OK
    assert compare("clock", NOW, seen + minutes, seen).found == "300 s behind Temporal's"
    assert compare("clock", NOW, NOW - minutes, seen).found == "300 s ahead of Temporal's"


@pytest.mark.parametrize(
    ("findings", "last"),
    [
        ([OK], ALL_OK),
        ([OK, NOBODY_KNOWS], "All checks OK, 1 unknown"),
        ([NOBODY_KNOWS] * 2, "All checks OK, 2 unknown"),
    ],
)
def test_what_nobody_could_tell_is_no_failure_and_is_counted(
    findings: list[Finding], last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(findings, as_json=False) == 0
    assert capsys.readouterr().out.splitlines()[-1] == last


async def test_a_check_that_hangs_even_when_it_is_told_to_end_is_a_finding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding, "ANSWER_TIMEOUT", 0.01)
    let_go = asyncio.Event()

    async def hangs(name: str) -> Finding:
        try:
            await let_go.wait()
        finally:
            await let_go.wait()
        return Finding(name, State.OK, "too late")

    found = await answered(hangs, "a check")
    let_go.set()
    assert (found.name, found.state, found.found) == ("a check", State.FAILED, "no answer within 0.01 s")


async def test_a_check_that_breaks_is_a_finding() -> None:
    async def breaks(name: str) -> Finding:
        raise ConnectionError(f"{name} is lost")

    found = await answered(breaks, "a check")
    assert (found.state, found.found) == (State.FAILED, "no answer (a check is lost)")
