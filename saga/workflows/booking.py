"""The booking workflow: book the legs group after group, or undo them all, then reply to whoever asked."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from saga import metrics
from saga.legs import Leg, groups_of, lacks_items, legs_of
from saga.models import (
    AnyBooking,
    BookingOutcome,
    LegOutcome,
    Reason,
    ReasonCode,
    ReplyCallback,
)
from saga.workflows import deadline, shown_status
from saga.workflows.compensation import Compensation, RetryUndo, Settle
from saga.workflows.first_tries import FirstTries
from saga.workflows.ledger import Ledger
from saga.workflows.leg_bookings import LegBookings
from saga.workflows.subscribers import Subscribers


@workflow.defn
class BookingWorkflow:
    """Books the legs of its plan, a group's at the same time; if one can't be had, undoes all in reverse."""

    @workflow.init
    def __init__(self, booking: AnyBooking) -> None:
        self._booking = booking
        self._ledger = Ledger(booking)
        self._outcome: BookingOutcome | None = None
        self._main: asyncio.Task[object] | None = None
        self._signals = 0
        self._first_tries = FirstTries(booking)
        subscribers = [booking.reply] if booking.reply else []
        self._subscribers = Subscribers(subscribers, lambda: not self._first_tries.unrecorded)
        self._bookings = LegBookings(booking, self._ledger, self._subscribers, self._first_tries)
        self._compensation = Compensation(booking, self._ledger, self._subscribers, self._first_tries)

    @workflow.run
    async def run(self, booking: AnyBooking) -> BookingOutcome:
        """Return how the booking ended. A trip that was not booked is an outcome, not an error."""
        if booking.attempts < 1:
            raise ApplicationError("attempts must be 1 or more", type="InvalidInput", non_retryable=True)
        if lacks_items(booking):
            text = "a booking needs a plan whose legs have items, or the tutorial's fields book_…_id"
            raise ApplicationError(text, type="InvalidInput", non_retryable=True)
        self._first_tries.begin(self._signals, deadline.stop_time(booking))
        self._main = asyncio.current_task()
        saga = asyncio.create_task(self._book_or_undo())
        while not saga.done():
            try:
                await asyncio.shield(saga)
            except asyncio.CancelledError:  # Temporal's own cancel must not cut the undo short
                await workflow.wait_condition(lambda: True)  # a leg that ended in this same task goes first
                self.cancel("Cancelled in Temporal")
        return saga.result()

    @workflow.signal
    def cancel(self, reason: str) -> None:
        """Stop at the next safe point and undo.

        Changes nothing once every leg is booked or being undone, or a leg that can't be undone has begun.
        """
        self._signals += 1
        self._bookings.stop(Reason(code=ReasonCode.CANCELLED_BY_REQUEST, message=reason))

    @workflow.signal
    def join(self, subscriber: ReplyCallback) -> None:
        """Reply to this one too; the same subscriber twice is one."""
        self._signals += 1
        self._subscribers.join(subscriber)

    @workflow.signal
    def retry_undo(self) -> None:
        """An operator asks: try once more to undo what could not be undone. Else it changes nothing."""
        self._signals += 1
        self._compensation.add_action(RetryUndo())

    @workflow.signal
    def settle(self, note: str) -> None:
        """An operator says that what could not be undone has been undone by hand, and how."""
        self._signals += 1
        self._compensation.add_action(Settle(note))

    @workflow.query
    def legs(self) -> list[LegOutcome]:
        """The state of each leg as it is now."""
        return self._ledger.legs

    @workflow.query
    def outcome(self) -> BookingOutcome | None:
        """How the booking ended, once that is known; its subscribers may still wait for their replies."""
        return self._outcome

    async def _book_or_undo(self) -> BookingOutcome:
        timer = deadline.watch(self._booking, self._bookings.stop, self._first_tries.task_may_end)
        groups = groups_of(legs_of(self._booking))
        begun: list[Leg] = []
        for number, group in enumerate(groups):
            await self._let_cancel_arrive()
            if self._ledger.reason:
                begun.extend(self._bookings.perhaps_tried(groups, number))
                break
            begun.extend(group)  # before the step: a step that times out may have booked
            await self._bookings.book(group)
        self._bookings.may_be_stopped = False
        if timer:
            timer.cancel()
        if self._bookings.stopped_too_late:
            self._ledger.discard_stop()
        if self._ledger.reason:
            await self._compensation.undo([leg for leg in begun if self._ledger.was_tried(leg)])
        self._outcome = self._ledger.outcome()
        metrics.record_booking_time(self._outcome)
        shown_status.show(self._outcome.status)
        if self._ledger.not_undone:
            self._outcome = await self._compensation.settled(self._outcome)
            shown_status.show(self._outcome.status)
            self._subscribers.wait_anew()
        await self._subscribers.reply(self._outcome, self._booking.policy)
        return self._outcome

    async def _let_cancel_arrive(self) -> None:
        """Begin no leg if Temporal's cancel came in the same task as the end of the one before."""
        is_cancelled = self._main is not None and self._main.cancelling() > 0
        if is_cancelled and self._bookings.may_be_stopped and not self._ledger.reason:
            await workflow.wait_condition(lambda: self._ledger.reason is not None)
