"""Undoing a booking's legs: in reverse, each for itself, and with a person's help where that fails."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from temporalio import workflow
from temporalio.exceptions import ActivityError

from saga import attention, steps
from saga.callers import Callers
from saga.ledger import Ledger, text_of
from saga.legs import Leg
from saga.models import BookingOutcome, BookVacationInput


@dataclass(frozen=True)
class Retry:
    """A person's order: try once more to undo what could not be undone."""


@dataclass(frozen=True)
class Settle:
    """A person's word that he has undone by hand what could not be undone; the note says how."""

    note: str


class Compensation:
    """The undoing of one booking."""

    def __init__(self, booking: BookVacationInput, ledger: Ledger, callers: Callers) -> None:
        self._booking = booking
        self._ledger = ledger
        self._callers = callers
        self._orders: deque[Retry | Settle] = deque()

    async def undo(self, legs: Sequence[Leg]) -> None:
        """Undo these legs, the last first; if one can't be, the booking goes on the list for a person."""
        await self._undo(legs)
        if self._ledger.not_undone:
            await attention.put_on_list(workflow.info().workflow_id, self._ledger.open_legs)

    def order(self, order: Retry | Settle) -> None:
        """Take a person's order; it means nothing while there is no leg whose undo failed."""
        if self._ledger.not_undone:
            self._orders.append(order)

    async def settled(self, failed: BookingOutcome) -> BookingOutcome:
        """Wait until a person has seen to every leg that could not be undone, answering whoever asks."""
        while self._ledger.not_undone:
            await workflow.wait_condition(lambda: bool(self._orders) or self._callers.are_waiting)
            await self._callers.answer(failed, self._booking.policy)
            while self._orders:
                await self._obey(self._orders.popleft())
                await attention.update_list(workflow.info().workflow_id, self._ledger.open_legs)
        return replace(self._ledger.outcome(), revision=failed.revision + 1)

    async def _obey(self, order: Retry | Settle) -> None:
        if isinstance(order, Retry):
            await self._undo(self._ledger.not_undone)
            return
        for leg in self._ledger.not_undone:
            self._ledger.settled(leg, order.note)

    async def _undo(self, legs: Sequence[Leg]) -> None:
        for leg in reversed(legs):
            try:
                await steps.undo(leg, self._booking)
            except ActivityError as failure:
                self._ledger.undo_failed(leg, text_of(failure))
            else:
                self._ledger.undone(leg)
