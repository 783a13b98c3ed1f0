"""First tries as local activities, in the worker that runs the workflow task: they cost the server nothing.

The server hears of them only with the end of their task. If that is lost, Temporal does the task anew,
perhaps with a signal in front: then legs may have been booked of which nobody knows. So in the first task,
whose loss shows in its history, any number of groups may be tried in turn; in a later one it is one. What may
have been booked so is undone with the rest. And nothing that is not recorded yet is undone by a first try, or
told.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, FailureError

from saga.activities.book_and_undo import SPARE_TIME
from saga.activities.failures import cause_of
from saga.activities.unfinished_calls import Unfinished
from saga.activities.unserved import is_unserved
from saga.legs import Leg, legs_of
from saga.models import BookingInput
from saga.workflows.activity_calls import summary_of
from saga.workflows.first_try import NONE, FirstTry

PATCH = "fast-legs"
UNTRIED_PATCH = "untried-is-recorded-first"
SHORTEST = 0.01  # seconds
_EVENTS_BEFORE_IT = 3  # of the first task: the workflow's start, the task's own schedule and start


def task_number() -> int:
    """What tells one workflow task of a booking from another, also at a replay: the events before it."""
    return workflow.info().get_current_history_length()


class FirstTries:
    """The first tries of one booking's calls, while there is time for them in the workflow task under way."""

    def __init__(self, booking: BookingInput) -> None:
        self._booking = booking
        self._first = self._task = self._booked_in = self._tried_in = 0
        self._began: datetime | None = None
        self._stops_at: datetime | None = None
        self._may_book = self._may_be_repeated = self._about_to = False
        self._under_way = 0

    def begin(self, signals: int, stops_at: datetime | None) -> None:
        """The first task begins, after so many signals; `stops_at` is when the booking stops by itself."""
        self._first = task_number()
        self._may_be_repeated = self._first != _EVENTS_BEFORE_IT + signals
        self._stops_at = stops_at

    def next_group(self, legs: Sequence[Leg]) -> None:
        """From here on, calls are for another group than before."""
        self._may_book = task_number() == self._first or task_number() != self._booked_in
        self._about_to = self._may_book and any(map(self._seconds, legs))

    def task_may_end(self) -> bool:
        """Whether the workflow task ends when nothing else is to do: no first try is under way or to come."""
        return not self._about_to and not self._under_way

    def perhaps_made(self, groups: Sequence[Sequence[Leg]], begun: int, *, stopped_now: bool) -> list[Leg]:
        """The legs that may have been tried in a lost task, if the booking ends after so many groups.

        `stopped_now` is whether it stops in this very task, so that the stop came in front of its calls.
        """
        if self._may_be_repeated:
            found = list(_tried_in_turn(groups))
        elif stopped_now and task_number() != self._first:
            found = list(_tried_in_turn(groups[begun : begun + 1]))
        else:
            found = []
        return found if found and workflow.patched(PATCH) else []

    @property
    def unrecorded(self) -> bool:
        """Whether this task, done anew, might tell another story: it has made first tries, or is the first.

        A booking that was stopped before its first try has made none; if its task is lost, nobody knows that.
        """
        if self._tried_in == task_number():
            return True
        is_first = task_number() == self._first and any(leg.fast for leg in legs_of(self._booking))
        return is_first and workflow.patched(UNTRIED_PATCH)

    async def book(self, leg: Leg) -> FirstTry:
        """Try to book; `NONE` if this must not or can't be a first try."""
        self._about_to = False
        seconds = self._seconds(leg) if self._may_book else 0.0
        if not seconds:
            return NONE
        self._booked_in = task_number()
        return await self._try("Book", leg, leg.book, seconds)

    async def undo(self, leg: Leg) -> FirstTry:
        """Try to undo; `NONE` also if this task has booked, which may be done anew after the undo."""
        seconds = self._seconds(leg) if self._booked_in != task_number() else 0.0
        return await self._try("Undo", leg, leg.undo, seconds) if seconds else NONE

    def _seconds(self, leg: Leg) -> float:
        """How long a first try may take now; 0 if there is no time for one."""
        if not leg.fast or not workflow.patched(PATCH):
            return 0.0
        now = workflow.now()
        if self._task != task_number() or self._began is None:
            self._task, self._began = task_number(), now
        ends = self._began + timedelta(seconds=leg.fast)
        left = (min(ends, self._stops_at or ends) - now).total_seconds()
        return left if left >= SHORTEST else 0.0

    async def _try(self, verb: str, leg: Leg, activity: str, seconds: float) -> FirstTry:
        self._tried_in = task_number()
        self._under_way += 1
        try:
            answer = await workflow.execute_local_activity(
                activity,
                self._booking,
                start_to_close_timeout=timedelta(seconds=seconds) + SPARE_TIME,
                schedule_to_close_timeout=timedelta(seconds=seconds) + SPARE_TIME,
                retry_policy=RetryPolicy(maximum_attempts=1),
                summary=summary_of(verb, leg),
            )
        except FailureError as failure:
            cause = cause_of(failure)
            if is_unserved(cause):
                return NONE
            # What isn't an activity's own failure is Temporal's: it gave it no more time.
            return FirstTry(asked=True, failure=cause if isinstance(cause, ApplicationError) else None)
        finally:
            self._under_way -= 1
        if answer == Unfinished.NOT_BEGUN:
            return NONE
        return FirstTry(asked=True, answered=answer != Unfinished.GOES_ON, answer=answer)


def _tried_in_turn(groups: Iterable[Sequence[Leg]]) -> Iterator[Leg]:
    for group in groups:
        fast = [leg for leg in group if leg.fast]
        yield from fast
        if len(fast) < len(group):
            return
