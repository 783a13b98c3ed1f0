"""Recorded bookings, replayed with the workflow code of today: what would break running ones fails here."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from saga.attention import AttentionWorkflow
from saga.encryption import data_converter
from saga.tombstone import TombstoneWorkflow
from saga.workflow import BookingWorkflow

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))
ENDINGS = {
    "answered-here",
    "attention",
    "booked",
    "cancelled-and-joined",
    "cancelled-in-temporal",
    "cancelled-with-the-end-of-a-leg",
    "cancelled-with-the-end-of-a-leg-before",
    "deadline",
    "deadline-past",
    "refused",
    "tombstone",
    "unavailable",
    "undo-failed-and-settled",
    "without-a-caller",
}


def test_every_kind_of_ending_is_recorded() -> None:
    assert {history.stem for history in HISTORIES} >= ENDINGS


@pytest.mark.parametrize("recorded", HISTORIES, ids=lambda file: file.stem)
async def test_a_recorded_booking_replays(recorded: Path) -> None:
    history = WorkflowHistory.from_json(f"recorded-{recorded.stem}", recorded.read_text())  # noqa: ASYNC240 -- nothing else runs
    workflows = [BookingWorkflow, TombstoneWorkflow, AttentionWorkflow]
    await Replayer(workflows=workflows, data_converter=data_converter()).replay_workflow(history)
