"""How each leg of a booking stands, in words for people, from what the booking and Temporal tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo

from saga.legs import Leg, book_activity, undo_activity
from saga.models import LegOutcome, LegStatus

WAITING, BOOKING, BOOKED = "waiting", "being booked", "booked"
UNDOING, UNDONE, REFUSED = "being undone", "undone", "refused"
STILL_BOOKED, NOT_TRIED, PERHAPS, NOT_KNOWN = "still booked", "not tried", "perhaps booked", "not known"
STATES = (WAITING, BOOKING, BOOKED, UNDOING, UNDONE, REFUSED, STILL_BOOKED, NOT_TRIED, PERHAPS, NOT_KNOWN)
_ENDED = {
    LegStatus.BOOKED: BOOKED,
    LegStatus.UNDONE: UNDONE,
    LegStatus.REFUSED: REFUSED,
    LegStatus.NOT_TRIED: NOT_TRIED,
    LegStatus.UNKNOWN: PERHAPS,
    LegStatus.UNDO_FAILED: STILL_BOOKED,
}
_ENDING = {LegStatus.REFUSED, LegStatus.UNDONE, LegStatus.UNDO_FAILED}
_GOING = {**_ENDED, LegStatus.NOT_TRIED: WAITING, LegStatus.UNKNOWN: BOOKING}


@dataclass(frozen=True, kw_only=True)
class LegView:
    """A leg as it is shown; `state` is one of `STATES`, `error` what its last failed try said."""

    name: str
    item: str
    state: str
    tries: int = 0
    error: str = ""
    reference: str = ""

    @property
    def css(self) -> str:
        """Its state as the name of a class."""
        return self.state.replace(" ", "-")


def ended(legs: Iterable[LegOutcome]) -> list[LegView]:
    """The legs of a booking that has ended."""
    return [_of(leg, _ENDED[leg.status]) for leg in legs]


def going(legs: Iterable[LegOutcome], pending: Mapping[str, PendingActivityInfo]) -> list[LegView]:
    """The legs of a booking that runs, with what is under way for each; `pending` is by activity."""
    return [_with_pending(_of(leg, _GOING[leg.status]), pending) for leg in legs]


def may_be_over(legs: Iterable[LegOutcome], pending: Mapping[str, PendingActivityInfo]) -> bool:
    """Whether its booking may know how it ends: nothing is done for a leg, and none is still to be tried.

    A leg that was not tried is so for good once another one was refused or undone.
    """
    known = list(legs)
    if any(activity(leg.leg) in pending for leg in known for activity in (book_activity, undo_activity)):
        return False
    states = {leg.status for leg in known}
    return not states & {LegStatus.NOT_TRIED, LegStatus.UNKNOWN} or bool(states & _ENDING)


def planned(legs: Iterable[Leg], pending: Mapping[str, PendingActivityInfo], *, begun: bool) -> list[LegView]:
    """The legs of a booking that no worker answers for: what was planned, and what is under way.

    Of the others nothing is known if a worker has `begun` it.
    """
    state = NOT_KNOWN if begun else WAITING
    return [_with_pending(LegView(name=leg.name, item=leg.words, state=state), pending) for leg in legs]


def by_activity(pending: Iterable[PendingActivityInfo]) -> dict[str, PendingActivityInfo]:
    """What is under way, by the name of its activity."""
    return {one.activity_type.name: one for one in pending}


def _of(leg: LegOutcome, state: str) -> LegView:
    return LegView(
        name=leg.leg,
        item=leg.item,
        state=state,
        tries=leg.attempts,
        error=leg.error or "",
        reference=leg.reference or "",
    )


def _with_pending(leg: LegView, pending: Mapping[str, PendingActivityInfo]) -> LegView:
    for activity, state in ((undo_activity(leg.name), UNDOING), (book_activity(leg.name), BOOKING)):
        if one := pending.get(activity):
            begun = one.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
            tries = one.attempt if begun else one.attempt - 1
            return LegView(
                name=leg.name,
                item=leg.item,
                state=state,
                tries=tries if state == UNDOING else max(tries, leg.tries),
                error=one.last_failure.message or leg.error,
                reference=leg.reference,
            )
    return leg
