"""First tries of which a history tells nothing, as the task in which they were made was lost or runs."""

from collections.abc import Iterator, Sequence

from temporalio.api.history.v1 import HistoryEvent

from saga.legs import Leg, groups_of
from saga.workflows.ledger import Ledger


class Tasks:
    """Whether a workflow task may have made first tries since the last event of any leg."""

    def __init__(self) -> None:
        self._runs = self._was_lost = False
        self.any_leg = False

    def note(self, event: HistoryEvent, *, of_a_leg: bool) -> None:
        """Take the next event of the history."""
        if of_a_leg:
            self._was_lost, self.any_leg = False, True
        elif event.HasField("workflow_task_started_event_attributes"):
            self._runs = True
        elif event.HasField("workflow_task_completed_event_attributes"):
            self._runs = False
        elif event.HasField("workflow_task_failed_event_attributes") or event.HasField(
            "workflow_task_timed_out_event_attributes"
        ):
            self._runs, self._was_lost = False, True

    @property
    def may_have_tried(self) -> bool:
        """Whether one was lost, or had not ended."""
        return self._runs or self._was_lost


def perhaps_tried(legs: Sequence[Leg], ledger: Ledger, tasks: Tasks) -> Iterator[Leg]:
    """The legs that such a task may have tried: those that come next, one group's if others were recorded."""
    if not tasks.may_have_tried:
        return
    for group in groups_of(legs):
        if all(ledger.is_booked(leg) for leg in group):
            continue
        fast = [leg for leg in group if leg.fast and not ledger.was_tried(leg)]
        yield from fast
        if tasks.any_leg or len(fast) < len(group):
            return
