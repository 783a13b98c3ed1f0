"""The page of all chaos runs is what their record says, and hides no run that broke a promise."""

from pathlib import Path

from docs.tools.reliability_page import PAGE, page
from tests.chaos import record
from tests.chaos.record import Run

HELD = Run(
    day="2026-11-30",
    commit="abcdef12",
    world="one node",
    shape="one-process",
    trip="my_trips:Safari",
    fast=1.0,
    seed=6,
    bookings=400,
    poison=100,
    faults={"kill worker": 2, "freeze consumer": 1},
    took=90,
    healing=9,
)
BROKEN = HELD.model_copy(update={"seed": 7, "violations": ["b-1 (plain): no result"], "found": "Its cause."})


def test_the_page_is_what_the_record_says() -> None:
    assert PAGE.read_text("utf-8") == page(record.read()), "docs/reliability.md is stale: make reliability"


def test_runs_add_up_and_a_broken_promise_is_told() -> None:
    told = page([HELD, BROKEN])
    assert "| **all** | | 2 | 800 | 200 | 6 | 1 |" in told
    assert "| kill worker | 4 |" in told
    assert "seed 7: 1. Its cause." in told


def test_how_long_bookings_paused_is_told_by_kind_of_fault_and_world() -> None:
    runs = [HELD.model_copy(update={"pauses": {"kill worker": seconds}}) for seconds in ([1.0, 2.0], [9.5])]
    assert "| one node | kill worker | 3 | 2.0 | 9.5 |" in page(runs)
    assert "How long bookings paused" not in page([HELD])


def test_a_line_is_read_as_it_was_kept(tmp_path: Path) -> None:
    for run in (HELD, BROKEN):
        record.keep(run, tmp_path / "record.jsonl")
    assert record.read(tmp_path / "record.jsonl") == [HELD, BROKEN]
