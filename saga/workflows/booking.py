"""The booking workflow: book the legs group after group, or undo them all, then reply to whoever asked."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from saga import metrics
from saga.legs import Leg, groups_of, lacks_items, legs_of
from saga.models import (
    AnyBooking,
    Booked,
    BookingOutcome,
    LegOutcome,
    Reason,
    ReasonCode,
    ReplyCallback,
)
from saga.workflows import activity_calls, deadline, unserved
from saga.workflows.compensation import Compensation, RetryUndo, Settle
from saga.workflows.ledger import Ledger
from saga.workflows.subscribers import Subscribers


@workflow.defn
class BookingWorkflow:
    """Books the legs of its plan, a group's at the same time; if one can't be had, undoes all in reverse."""

    @workflow.init
    def __init__(self, booking: AnyBooking) -> None:
        self._booking = booking
        self._ledger = Ledger(booking)
        self._cancel_legs: dict[str, Callable[..., None]] = {}
        self._still_booking = True
        self._too_late: Reason | None = None
        self._stopped_at: int | None = None
        self._outcome: BookingOutcome | None = None
        self._main: asyncio.Task[object] | None = None
        self._subscribers = Subscribers([booking.reply] if booking.reply else [])
        self._compensation = Compensation(booking, self._ledger, self._subscribers)

    @workflow.run
    async def run(self, booking: AnyBooking) -> BookingOutcome:
        """Return how the booking ended. A trip that was not booked is an outcome, not an error."""
        if booking.attempts < 1:
            raise ApplicationError("attempts must be 1 or more", type="InvalidInput", non_retryable=True)
        if lacks_items(booking):
            text = "a booking needs a plan whose legs have items, or the tutorial's fields book_…_id"
            raise ApplicationError(text, type="InvalidInput", non_retryable=True)
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
        self._stop(Reason(code=ReasonCode.CANCELLED_BY_REQUEST, message=reason))

    @workflow.signal
    def join(self, subscriber: ReplyCallback) -> None:
        """Reply to this one too; the same subscriber twice is one."""
        self._subscribers.join(subscriber)

    @workflow.signal
    def retry_undo(self) -> None:
        """An operator asks: try once more to undo what could not be undone. Else it changes nothing."""
        self._compensation.add_action(RetryUndo())

    @workflow.signal
    def settle(self, note: str) -> None:
        """An operator says that what could not be undone has been undone by hand, and how."""
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
        timer = deadline.watch(self._booking, self._stop)
        begun: list[Leg] = []
        for group in groups_of(legs_of(self._booking)):
            await self._let_cancel_arrive()
            if self._ledger.reason:
                break
            begun.extend(group)  # before the step: a step that times out may have booked
            await self._book_group(group)
        self._still_booking = False
        if timer:
            timer.cancel()
        if self._stopped_too_late():
            self._ledger.discard_stop()
        if self._ledger.reason:
            await self._compensation.undo([leg for leg in begun if self._ledger.was_tried(leg)])
        self._outcome = self._ledger.outcome()
        metrics.record_booking_time(self._outcome)
        if self._ledger.not_undone:
            self._outcome = await self._compensation.settled(self._outcome)
            self._subscribers.wait_anew()
        await self._subscribers.reply(self._outcome, self._booking.policy)
        return self._outcome

    async def _let_cancel_arrive(self) -> None:
        """Begin no leg if Temporal's cancel came in the same task as the end of the one before."""
        if self._main and self._main.cancelling() and self._still_booking and not self._ledger.reason:
            await workflow.wait_condition(lambda: self._ledger.reason is not None)

    async def _book_group(self, group: Sequence[Leg]) -> None:
        """Book these legs at the same time; one that fails lets the running tries of the others end."""
        if len(group) == 1:
            await self._book(group[0])
        else:
            await asyncio.gather(*map(self._book, group))

    async def _book(self, leg: Leg) -> None:
        def start(tries_before: int) -> workflow.ActivityHandle[Any]:
            if not leg.can_be_undone:
                self._still_booking = False  # from here on, to stop would leave it half done
            self._ledger.trying(leg)
            booking = activity_calls.book(leg, self._booking, tries_before)
            self._cancel_legs[leg.name] = partial(activity_calls.cancel, leg, booking, self._ledger.tried)
            return booking

        def lacking(tries: int) -> None:
            self._ledger.unserved(leg, tries)
            if not leg.can_be_undone and not self._ledger.was_tried(leg):
                self._still_booking = True
                if self._too_late:
                    self._stop(self._too_late)

        try:
            answer = await unserved.until_served(start, lambda: self._ledger.reason is not None, lacking)
            self._ledger.booked(leg, Booked.read(answer))
        except ActivityError as failure:
            self._ledger.not_booked(leg, failure)
        except asyncio.CancelledError:
            # The SDK drops a result that arrives together with our cancel: the leg stays unknown.
            if not self._ledger.reason:
                raise
        if self._ledger.reason:
            self._cancel_running()

    def _stop(self, reason: Reason) -> None:
        if not self._still_booking:
            self._too_late = self._too_late or reason
            return
        self._cancel_running()
        self._ledger.stop(reason)
        self._stopped_at = self._stopped_at or workflow.info().get_current_history_length()

    def _cancel_running(self) -> None:
        """Let the running try of each leg end, and begin no other."""
        for name in list(self._cancel_legs):
            self._cancel_legs.pop(name)(replies_locally=self._subscribers.any_is_local)

    def _stopped_too_late(self) -> bool:
        """Whether the stop came with the success of the last leg: a local reply may have gone out before it.

        A signal between a local reply and the end of its task makes the server refuse that end, and the SDK
        does the task anew with the signal in front of the success.
        """
        return (
            self._ledger.all_booked
            and self._stopped_at == workflow.info().get_current_history_length()
            and self._subscribers.any_is_local
        )
