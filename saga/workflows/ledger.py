"""The ledger of one booking: what is known of each leg, from the first try to the last undo."""

from dataclasses import replace

from temporalio.exceptions import ActivityError, FailureError

from saga.activities.failures import cut, failure_text, is_refusal
from saga.activities.tries import tries_made
from saga.activities.unserved import is_unserved
from saga.legs import Leg, legs_of
from saga.models import (
    Booked,
    BookingInput,
    BookingOutcome,
    BookingStatus,
    LegOutcome,
    LegStatus,
    Reason,
    ReasonCode,
)

CANCELLED = "Voyage cancelled"
LONGEST_TEXT = 2000
NO_REFERENCE = "The supplier answered without a reference"


class Ledger:
    """Records what happens to each leg, and tells how the booking ended."""

    def __init__(self, booking: BookingInput) -> None:
        self._booking = booking
        self._table = legs_of(booking)
        self._legs = {leg.name: LegOutcome(leg=leg.name, item=leg.words) for leg in self._table}
        self._tries_before = dict.fromkeys(self._legs, 0)
        self._asked: set[str] = set()
        self.reason: Reason | None = None

    @property
    def legs(self) -> list[LegOutcome]:
        """The legs as they stand now, in booking order."""
        return list(self._legs.values())

    def trying(self, leg: Leg) -> None:
        """From here on the leg may be booked, whatever we hear."""
        self._set(leg, status=LegStatus.UNKNOWN)
        self.tried(leg, 1)

    def tried(self, leg: Leg, tries: int) -> None:
        """The leg was tried so often at least, since its activity last came to a worker that lacks it."""
        tries += self._tries_before[leg.name]
        self._set(leg, attempts=max(tries, self._legs[leg.name].attempts))

    def unserved(self, leg: Leg, tries: int) -> None:
        """The leg's activity came to a worker that lacks it, after so many tries by others."""
        self._tries_before[leg.name] += tries
        made = self._tries_before[leg.name] or int(leg.name in self._asked)
        self._set(leg, status=LegStatus.UNKNOWN if made else LegStatus.NOT_TRIED, attempts=made)

    def asked(self, leg: Leg) -> None:
        """A first try has asked the supplier, whatever comes after it."""
        self._asked.add(leg.name)
        self.trying(leg)

    def failed_once(self, leg: Leg) -> None:
        """The first try has failed; those that follow are counted anew."""
        self._tries_before[leg.name] += 1

    def booked(self, leg: Leg, booked: Booked | None) -> None:
        """The supplier has confirmed the leg; without a reference (None) it has not, whatever it meant."""
        if booked:
            self.tried(leg, booked.attempts)
            self._set(leg, status=LegStatus.BOOKED, reference=booked.reference)
        else:
            self._set(leg, error=NO_REFERENCE)
            self.stop(Reason(code=ReasonCode.UNAVAILABLE, message=NO_REFERENCE, leg=leg.name))

    def not_booked(self, leg: Leg, failure: FailureError) -> None:
        """The leg's tries have ended without a confirmation; the trip is lost."""
        text = failure_text(failure)
        if isinstance(failure, ActivityError) and not is_unserved(failure.cause):
            self.tried(leg, tries_made(failure, leg.attempts - self._tries_before[leg.name]))
        if is_refusal(failure):
            self.refused(leg, text)
        else:
            self._set(leg, error=text)
        code = ReasonCode.REFUSED if is_refusal(failure) else ReasonCode.UNAVAILABLE
        self.stop(Reason(code=code, message=text, leg=leg.name))

    def refused(self, leg: Leg, text: str) -> None:
        """The supplier said no."""
        self._set(leg, status=LegStatus.REFUSED, error=text)

    def stop(self, reason: Reason) -> None:
        """The trip is lost; the first reason is the one that is told."""
        self.reason = self.reason or replace(reason, message=cut(reason.message, LONGEST_TEXT))

    def discard_stop(self) -> None:
        """The stop changes nothing: it came too late."""
        self.reason = None

    def was_tried(self, leg: Leg) -> bool:
        """Whether the supplier may have heard of the leg."""
        return self._legs[leg.name].status is not LegStatus.NOT_TRIED

    def is_booked(self, leg: Leg) -> bool:
        """Whether the supplier has confirmed the leg, and it is not undone."""
        return self._legs[leg.name].status is LegStatus.BOOKED

    @property
    def all_booked(self) -> bool:
        """Whether there is nothing left to book."""
        return all(leg.status is LegStatus.BOOKED for leg in self.legs)

    def undone(self, leg: Leg) -> None:
        """The leg's undo went through. A refused leg stays refused."""
        before = self._legs[leg.name].status
        if before is LegStatus.UNDO_FAILED:
            self._set(leg, status=LegStatus.UNDONE, error=None)
        elif before is not LegStatus.REFUSED:
            self._set(leg, status=LegStatus.UNDONE)

    def undo_failed(self, leg: Leg, text: str) -> None:
        """The leg's undo used up its tries, or the supplier refused it: a person must look.

        Not so if the very first try was refused: nothing can have been booked.
        """
        now = self._legs[leg.name]
        if now.status is not LegStatus.REFUSED or now.attempts > 1:
            self._set(leg, status=LegStatus.UNDO_FAILED, error=text)

    def settled(self, leg: Leg, note: str) -> None:
        """A person has seen to a leg whose undo failed."""
        self._set(leg, status=LegStatus.UNDONE, error=cut(f"Settled by hand: {note}", LONGEST_TEXT))

    @property
    def not_undone(self) -> list[Leg]:
        """The legs whose undo failed, in booking order."""
        failed = LegStatus.UNDO_FAILED
        return [leg for leg in self._table if self._legs[leg.name].status is failed]

    @property
    def open_legs(self) -> list[LegOutcome]:
        """What is known of the legs whose undo failed."""
        return [self._legs[leg.name] for leg in self.not_undone]

    @property
    def untouched(self) -> bool:
        """Whether no leg was ever tried."""
        return all(leg.status is LegStatus.NOT_TRIED for leg in self._legs.values())

    def outcome(self, *, certain: bool = True) -> BookingOutcome:
        """How the booking ended, by what the legs say; not `certain`, a person must look in any case."""
        return BookingOutcome(
            user_id=self._booking.book_user_id,
            status=self._status() if certain else BookingStatus.FAILED,
            result=CANCELLED if self.reason else self._sentence(),
            legs=self.legs,
            reason=self.reason,
        )

    def _status(self) -> BookingStatus:
        if not self.reason:
            return BookingStatus.BOOKED
        open_legs = (LegStatus.UNDO_FAILED, LegStatus.UNKNOWN, LegStatus.BOOKED)
        if any(leg.status in open_legs for leg in self._legs.values()):
            return BookingStatus.FAILED
        return BookingStatus.CANCELLED

    def _sentence(self) -> str:
        return " ".join(f"Booked {leg.leg}: {leg.item}" for leg in self._legs.values())

    def _set(self, leg: Leg, **changes: object) -> None:
        self._legs[leg.name] = replace(self._legs[leg.name], **changes)  # type: ignore[arg-type]  # the callers name fields
