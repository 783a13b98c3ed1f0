"""Compensation: undoing a booking's legs in reverse, each for itself; where that fails, a person helps.

Those that were booked at the same time are undone at the same time.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from temporalio import workflow
from temporalio.exceptions import FailureError

from saga.activities.failures import failure_text
from saga.legs import Leg, groups_of
from saga.models import BookingInput, BookingOutcome
from saga.workflows import activity_calls, manual_intervention, unserved
from saga.workflows.first_tries import FirstTries
from saga.workflows.ledger import Ledger
from saga.workflows.subscribers import Subscribers

CANT_BE_UNDONE = "It can't be undone, and may have been booked: look at the supplier's, then settle it"


@dataclass(frozen=True)
class RetryUndo:
    """An operator asks: try once more to undo what could not be undone."""


@dataclass(frozen=True)
class Settle:
    """An operator says that what could not be undone has been undone by hand; the note says how."""

    note: str


class Compensation:
    """The compensation of one booking."""

    def __init__(
        self, booking: BookingInput, ledger: Ledger, subscribers: Subscribers, first_tries: FirstTries
    ) -> None:
        self._booking = booking
        self._first_tries = first_tries
        self._ledger = ledger
        self._subscribers = subscribers
        self._actions: deque[RetryUndo | Settle] = deque()

    async def undo(self, legs: Sequence[Leg]) -> None:
        """Undo these legs, the last first; if one can't be undone, ask for manual intervention."""
        await self._undo(legs)
        if self._ledger.not_undone:
            booking = workflow.info().workflow_id
            await manual_intervention.request_manual_intervention(booking, self._ledger.open_legs)

    def add_action(self, action: RetryUndo | Settle) -> None:
        """Take an operator's action; it means nothing while there is no leg whose undo failed."""
        if self._ledger.not_undone:
            self._actions.append(action)

    async def settled(self, failed: BookingOutcome) -> BookingOutcome:
        """Wait until every leg whose undo failed is settled; whoever asks before is told what failed."""
        while self._ledger.not_undone:
            self._subscribers.start_replies(failed, self._booking.policy)
            await workflow.wait_condition(lambda: bool(self._actions) or self._subscribers.may_be_told)
            while self._actions:
                await self._apply(self._actions.popleft())
                await manual_intervention.update_entry(workflow.info().workflow_id, self._ledger.open_legs)
        return replace(self._ledger.outcome(), revision=failed.revision + 1)

    async def _apply(self, action: RetryUndo | Settle) -> None:
        if isinstance(action, RetryUndo):
            await self._undo(self._ledger.not_undone)
            return
        for leg in self._ledger.not_undone:
            self._ledger.settled(leg, action.note)

    async def _undo(self, legs: Sequence[Leg]) -> None:
        for group in reversed(groups_of(legs)):
            if len(group) == 1:
                await self._undo_leg(group[0])
            else:
                await asyncio.gather(*map(self._undo_leg, group))

    async def _undo_leg(self, leg: Leg) -> None:
        if not leg.can_be_undone:
            self._ledger.undo_failed(leg, CANT_BE_UNDONE)
            return
        try:
            await self._call_undo(leg)
        except FailureError as failure:
            self._ledger.undo_failed(leg, failure_text(failure))
        else:
            self._ledger.undone(leg)

    async def _call_undo(self, leg: Leg) -> None:
        """Undo at the supplier; raises `ActivityError` when the undo's tries are used up."""
        first = await self._first_tries.undo(leg)
        if failure := first.last_failure(leg.policy.undo_attempts):
            raise failure
        if first.failure:
            await workflow.sleep(first.pause(leg.policy), summary=f"Before the second undo of {leg.name}")
        if not first.answered:
            await unserved.until_served(
                lambda tries: activity_calls.undo(leg, self._booking, first.tries + tries)
            )
