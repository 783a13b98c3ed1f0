"""Recorded bookings, replayed with the workflow code of today: what would break running ones fails here."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from saga.payloads.data_converter import data_converter
from saga.workflows.booking import BookingWorkflow
from saga.workflows.cancelled_before_request import CancelledBeforeRequestWorkflow
from saga.workflows.manual_intervention import ManualInterventionWorkflow

HISTORIES = sorted((Path(__file__).parents[1] / "histories").glob("*.json"))
ENDINGS = {
    "booked",
    "cancelled-after-its-reply",
    "cancelled-and-joined",
    "cancelled-and-joined-tries-uncounted",
    "cancelled-before-its-request",
    "cancelled-in-temporal",
    "cancelled-in-temporal-tries-uncounted",
    "cancelled-with-the-end-of-a-leg",
    "deadline",
    "deadline-past",
    "deadline-tries-uncounted",
    "fast-booked",
    "fast-cancelled",
    "fast-cancelled-before-its-end",
    "fast-plan",
    "fast-refused",
    "fast-replied-here",
    "fast-tried-twice",
    "fast-unavailable",
    "manual-intervention",
    "plan-booked",
    "plan-cancelled",
    "plan-cancelled-with-the-end-of-a-leg",
    "plan-deadline",
    "plan-refused",
    "plan-undo-impossible",
    "plan-unserved-and-booked",
    "plan-unserved-and-cancelled",
    "refused",
    "replied-locally",
    "unavailable",
    "undo-failed-and-settled",
    "without-a-subscriber",
}


def test_every_kind_of_ending_is_recorded() -> None:
    assert {history.stem for history in HISTORIES} >= ENDINGS


@pytest.mark.parametrize("recorded", HISTORIES, ids=lambda file: file.stem)
async def test_a_recorded_booking_replays(recorded: Path) -> None:
    history = WorkflowHistory.from_json(f"recorded-{recorded.stem}", recorded.read_text())  # noqa: ASYNC240 -- nothing else runs
    workflows = [BookingWorkflow, CancelledBeforeRequestWorkflow, ManualInterventionWorkflow]
    await Replayer(workflows=workflows, data_converter=data_converter()).replay_workflow(history)
