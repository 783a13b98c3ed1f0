"""The doctor's findings, for what needs no server."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from saga.temporal.clock_check import compare_clocks
from voyage.runtime import check_results
from voyage.runtime.check_results import ALL_OK, CheckResult, CheckState, report, run_check

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OK, NOBODY_KNOWS = (
    CheckResult("a", CheckState.OK, "fine"),
    CheckResult("b", CheckState.UNKNOWN, "who knows", "ask"),
)


def test_a_clock_is_judged_by_the_time_in_which_the_server_must_have_heard_us() -> None:
    seen, minutes = NOW + timedelta(seconds=1), timedelta(minutes=5)
    assert compare_clocks("clock", NOW, NOW + timedelta(milliseconds=500), seen).state is CheckState.OK
    assert compare_clocks("clock", NOW, seen + minutes, seen).found == "300 s behind Temporal's"
    assert compare_clocks("clock", NOW, NOW - minutes, seen).found == "300 s ahead of Temporal's"


@pytest.mark.parametrize(
    ("findings", "last"),
    [
        ([OK], f"{ALL_OK} (--all shows them)"),
        ([OK, NOBODY_KNOWS], "All checks OK, 1 unknown"),
        ([NOBODY_KNOWS] * 2, "All checks OK, 2 unknown"),
    ],
)
def test_what_nobody_could_tell_is_no_failure_and_is_counted(
    findings: list[CheckResult], last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(findings, as_json=False) == 0
    assert capsys.readouterr().out.splitlines()[-1] == last


@pytest.mark.parametrize("columns", [80, 60])
def test_what_is_wrong_comes_first_and_no_word_is_broken(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    wrong = CheckResult(
        "workflow pollers of saga-task-queue",
        CheckState.FAILED,
        "no poller within the last seventy-five seconds, as Temporal tells it",
        "Set VOYAGE_CAR_SUPPLIER_URL=https://cars.example.org and start voyage-worker again",
    )
    assert report([OK, NOBODY_KNOWS, wrong], as_json=False) == 1
    lines = capsys.readouterr().out.splitlines()
    words = f"{wrong} {NOBODY_KNOWS}".replace(". Set", " Set").split()

    assert lines[0].startswith("failed   workflow pollers of saga-task-queue: no poller")
    assert max(map(len, lines)) <= columns
    assert {word.rstrip(".") for word in words} <= {word.rstrip(".") for word in " ".join(lines).split()}
    assert lines[-2:] == ["1 failed, 1 unknown, 1 ok (--all shows them)", f"Correct first: {wrong.name}"]


async def test_a_check_that_hangs_even_when_it_is_told_to_end_is_a_finding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(check_results, "CHECK_TIMEOUT", 0.01)
    let_go = asyncio.Event()

    async def hangs(name: str) -> CheckResult:
        try:
            await let_go.wait()
        finally:
            await let_go.wait()
        return CheckResult(name, CheckState.OK, "too late")

    found = await run_check(hangs, "a check")
    let_go.set()
    assert (found.name, found.state, found.found) == ("a check", CheckState.FAILED, "no answer within 0.01 s")


async def test_a_check_that_breaks_is_a_finding() -> None:
    async def breaks(name: str) -> CheckResult:
        raise ConnectionError(f"{name} is lost")

    found = await run_check(breaks, "a check")
    assert (found.state, found.found) == (CheckState.FAILED, "no answer (a check is lost)")
