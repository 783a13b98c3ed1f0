"""Booking the legs of a trip, a group's at the same time, for as long as nothing stops it."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from saga.legs import Leg
from saga.models import Booked, BookingInput, Reason
from saga.workflows import activity_calls, unserved
from saga.workflows.first_tries import FirstTries
from saga.workflows.first_try import FirstTry
from saga.workflows.ledger import Ledger
from saga.workflows.subscribers import Subscribers


class LegBookings:
    """The calls that book the legs of one booking; what comes of them is in its ledger."""

    def __init__(
        self, booking: BookingInput, ledger: Ledger, subscribers: Subscribers, first_tries: FirstTries
    ) -> None:
        self._booking = booking
        self._first_tries = first_tries
        self._ledger = ledger
        self._subscribers = subscribers
        self._cancel_legs: dict[str, Callable[..., None]] = {}
        self._too_late: Reason | None = None
        self._stopped_at: int | None = None
        self._stopped_between_tries = False
        self.may_be_stopped = True
        """Until every leg is booked or is being undone, or a leg that can't be undone has begun."""

    async def book(self, group: Sequence[Leg]) -> None:
        """Book these legs at the same time; one that fails lets the running tries of the others end."""
        self._first_tries.next_group(group)
        if len(group) == 1:
            await self._book(group[0])
        else:
            await asyncio.gather(*map(self._book, group))

    def stop(self, reason: Reason) -> None:
        """If it is not too late, the trip is lost: let running tries end, and begin no other."""
        if not self.may_be_stopped:
            self._too_late = self._too_late or reason
            return
        self._cancel_running()
        self._ledger.stop(reason)
        self._stopped_at = self._stopped_at or workflow.info().get_current_history_length()

    def perhaps_tried(self, groups: Sequence[Sequence[Leg]], begun: int) -> list[Leg]:
        """Of the groups after so many that were begun, the legs that a lost task may have booked."""
        is_new = self._stopped_at == workflow.info().get_current_history_length()
        came_with_it = is_new and not self._stopped_between_tries
        perhaps = self._first_tries.perhaps_made(groups, begun, stopped_now=came_with_it)
        found = [leg for leg in perhaps if not self._ledger.was_tried(leg)]
        for leg in found:
            self._ledger.trying(leg)
        return found

    @property
    def stopped_too_late(self) -> bool:
        """Whether the stop came with the success of the last leg: a local reply may have gone out before it.

        A signal between a local reply and the end of its task makes the server refuse that end, and the SDK
        does the task anew with the signal in front of the success.
        """
        return (
            self._ledger.all_booked
            and self._stopped_at == workflow.info().get_current_history_length()
            and self._subscribers.any_is_local
        )

    async def _book(self, leg: Leg) -> None:
        first = await self._first_tries.book(leg)
        if first.asked:
            self._ledger.asked(leg)
        if failure := first.last_failure(leg.attempts):
            self._ledger.not_booked(leg, failure)
        elif first.answered:
            self._ledger.booked(leg, Booked.read(first.answer))
        elif first.asked or not self._ledger.reason:
            await self._book_on(leg, first)
        if self._ledger.reason:
            self._cancel_running()

    async def _book_on(self, leg: Leg, first: FirstTry) -> None:
        """Book by an ordinary activity, with the tries that are left."""
        if first.failure:
            text = f"Before the second try of {leg.name}"
            if await unserved.stopped_within(first.pause(leg.policy), self._is_stopped, text):
                self._stopped_between_tries = True
                self._ledger.not_booked(leg, first.failure)
                return
            self._ledger.failed_once(leg)
        start, lacking = partial(self._start, leg, first.tries), partial(self._lacking, leg)
        try:
            answer = await unserved.until_served(start, self._is_stopped, lacking)
            self._ledger.booked(leg, Booked.read(answer))
        except ActivityError as failure:
            self._ledger.not_booked(leg, failure)
        except asyncio.CancelledError:
            # The SDK drops a result that arrives together with our cancel: the leg stays unknown.
            if not self._ledger.reason:
                raise

    def _is_stopped(self) -> bool:
        return self._ledger.reason is not None

    def _start(self, leg: Leg, first_tries: int, tries_before: int) -> workflow.ActivityHandle[Any]:
        if not leg.can_be_undone:
            self.may_be_stopped = False  # from here on, to stop would leave it half done
        self._ledger.trying(leg)
        tries, once = first_tries + tries_before, self._is_stopped()
        call = activity_calls.book(leg, self._booking, tries, once=once)
        self._cancel_legs[leg.name] = partial(activity_calls.cancel, leg, call, self._ledger.tried)
        return call

    def _lacking(self, leg: Leg, tries: int) -> None:
        """It came to a worker that lacks the leg; what stopped the trip meanwhile may not be too late."""
        self._ledger.unserved(leg, tries)
        if not leg.can_be_undone and not self._ledger.was_tried(leg):
            self.may_be_stopped = True
            if self._too_late:
                self.stop(self._too_late)

    def _cancel_running(self) -> None:
        for name in list(self._cancel_legs):
            self._cancel_legs.pop(name)(replies_locally=self._subscribers.any_is_local)
