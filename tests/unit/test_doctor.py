"""The doctor's findings, for the states that a test can't bring about on one machine."""

from datetime import UTC, datetime, timedelta

import pytest

from saga.finding import ALL_OK, Finding, State, report
from saga.temporal_checks import clock

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_a_clock_that_is_behind_temporals_is_told() -> None:
    late = clock(NOW, NOW + timedelta(minutes=5))
    assert (late.state, late.found) == (State.FAILED, "300 s behind Temporal's")
    assert clock(NOW, NOW - timedelta(seconds=30)).state is State.OK


def test_what_is_unknown_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([Finding("a", State.UNKNOWN, "", "ask")], as_json=False) == 0
    assert capsys.readouterr().out.splitlines()[-1] == ALL_OK
