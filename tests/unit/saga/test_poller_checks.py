"""What doctor says of the polls of a task queue, by their age and by whether a worker answers."""

from datetime import timedelta

import pytest

from saga.temporal.poller_checks import judge

WAITS_OR_ENDED = "2, last heard 40 s ago (it waits for work, or has ended since)"


@pytest.mark.parametrize(
    ("seconds", "answers", "state", "found"),
    [
        (3, True, "ok", "2"),
        (3, None, "ok", "2"),
        (3, False, "unknown", "2, last heard 3 s ago; none answers now"),
        (40, True, "ok", "2, last heard 40 s ago"),
        (40, None, "ok", WAITS_OR_ENDED),
        (40, False, "failed", "2, last heard 40 s ago; none answers now"),
        (-1, False, "unknown", "2, last heard 0 s ago; none answers now"),
    ],
)
def test_the_age_of_the_newest_poll_is_told_unless_it_is_fresh(
    seconds: int,
    answers: bool | None,  # noqa: FBT001 -- a row of the table
    state: str,
    found: str,
) -> None:
    finding = judge("pollers", 2, timedelta(seconds=seconds), answers=answers, start="voyage-worker")

    assert (finding.state, finding.found) == (state, found)
    assert bool(finding.to_do) == (state != "ok")
