"""The booking workflow: book the legs one after the other, or undo them all, then answer whoever asked."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from saga import steps
from saga.callers import Callers
from saga.ledger import Ledger
from saga.legs import LEGS, Leg
from saga.models import (
    Booked,
    BookingOutcome,
    BookVacationInput,
    LegOutcome,
    Reason,
    ReasonCode,
    ReplyCallback,
)


@workflow.defn
class BookingWorkflow:
    """Books car, hotel and flight; if one can't be had, undoes everything in reverse order."""

    @workflow.init
    def __init__(self, booking: BookVacationInput) -> None:
        self._booking = booking
        self._ledger = Ledger(booking, LEGS)
        self._step: workflow.ActivityHandle[Booked] | None = None
        self._still_booking = True
        self._outcome: BookingOutcome | None = None
        self._callers = Callers([booking.reply] if booking.reply else [])

    @workflow.run
    async def run(self, booking: BookVacationInput) -> BookingOutcome:
        """Return how the booking ended. A trip that was not booked is an outcome, not an error."""
        if booking.attempts < 1:
            raise ApplicationError("attempts must be 1 or more", type="InvalidInput", non_retryable=True)
        saga = asyncio.create_task(self._book_or_undo())
        while not saga.done():
            try:
                await asyncio.shield(saga)
            except asyncio.CancelledError:  # Temporal's own cancel must not cut the undo short
                self.cancel("Cancelled in Temporal")
        return saga.result()

    @workflow.signal
    def cancel(self, reason: str) -> None:
        """Stop at the next safe point and undo. Changes nothing once every leg is booked or being undone."""
        self._stop(Reason(code=ReasonCode.CANCELLED_BY_REQUEST, message=reason))

    @workflow.signal
    def join(self, caller: ReplyCallback) -> None:
        """Answer this caller too; the same caller twice is one."""
        self._callers.join(caller)

    @workflow.query
    def legs(self) -> list[LegOutcome]:
        """The state of each leg as it is now."""
        return self._ledger.legs

    @workflow.query
    def outcome(self) -> BookingOutcome | None:
        """How the booking ended, once that is known; its callers may still be waiting for their answers."""
        return self._outcome

    async def _book_or_undo(self) -> BookingOutcome:
        deadline = self._watch_deadline()
        to_undo: list[Leg] = []
        for leg in LEGS:
            if self._ledger.reason:
                break
            to_undo.append(leg)  # before the step: a step that times out may have booked
            await self._book(leg)
        self._still_booking = False
        if deadline:
            deadline.cancel()
        if self._ledger.reason:
            for leg in reversed(to_undo):
                await self._undo(leg)
        self._outcome = self._ledger.outcome()
        await self._callers.answer(self._outcome, self._booking.policy)
        return self._outcome

    async def _book(self, leg: Leg) -> None:
        self._ledger.trying(leg)
        self._step = steps.book(leg, self._booking)
        try:
            self._ledger.booked(leg, await self._step)
        except ActivityError as failure:
            self._ledger.not_booked(leg, failure)
        except asyncio.CancelledError:
            # The SDK drops a result that arrives together with our cancel: the leg stays unknown.
            if not self._ledger.reason:
                raise

    async def _undo(self, leg: Leg) -> None:
        try:
            await steps.undo(leg, self._booking)
        except ActivityError as failure:
            self._ledger.undo_failed(leg, failure)
        else:
            self._ledger.undone(leg)

    def _stop(self, reason: Reason) -> None:
        if self._still_booking:
            self._ledger.stop(reason)
            if self._step:
                self._step.cancel()

    def _watch_deadline(self) -> asyncio.Task[None] | None:
        """Stop the booking early enough before its deadline to undo in time; at once if it has passed."""
        deadline = self._booking.deadline
        if deadline is None:
            return None
        reason = Reason(code=ReasonCode.DEADLINE, message=f"Not booked by {deadline.isoformat()}")
        left = (deadline - workflow.now()).total_seconds()
        if left <= 0:
            self._stop(reason)
            return None

        async def stop_in_time() -> None:
            until = left - min(self._booking.policy.undo_budget, left / 2)
            await workflow.sleep(until, summary=f"Deadline {deadline.isoformat(timespec='seconds')}")
            self._stop(reason)

        return asyncio.create_task(stop_in_time())
