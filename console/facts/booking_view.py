"""One booking as it is shown in a list: who, how it stands, its legs, and what holds it up."""

from dataclasses import dataclass
from datetime import datetime

from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from console.facts.legs import LegView
from saga.models import BookingInput, BookingOutcome
from saga.search_attributes import BOOKING_ID, STATUS
from voyage.trips import booking_ids

RUNNING = "running"


@dataclass(frozen=True, kw_only=True)
class Inside:
    """What only the booking itself tells; `note` says why something of it is missing.

    `answering` has a line about each answer that is not yet with its caller.
    """

    legs: tuple[LegView, ...] = ()
    booking: BookingInput | None = None
    outcome: BookingOutcome | None = None
    answering: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingView:
    """A booking; `status` is one of the contract, or Temporal's own word for one that was stopped there."""

    found: WorkflowExecution
    user_id: str
    inside: Inside

    @property
    def id(self) -> str:
        """The booking's id, after its owner if it has one; the hash of an id that had to be hashed."""
        owner, booking = booking_ids.split(self.found.id)
        told = self.found.typed_search_attributes.get(BOOKING_ID) or booking
        return f"{owner}/{told}" if owner else told

    @property
    def is_running(self) -> bool:
        """Whether its workflow has not ended."""
        return self.found.status is WorkflowExecutionStatus.RUNNING

    @property
    def status(self) -> str:
        """How it stands, in one word."""
        if self.inside.outcome:
            return self.inside.outcome.status.value
        told = self.found.typed_search_attributes.get(STATUS)
        if self.is_running:
            return told or RUNNING
        how = self.found.status
        if how is WorkflowExecutionStatus.COMPLETED:
            return told or "ended"
        return how.name.lower().replace("_", " ") if how else "unknown"

    @property
    def deadline(self) -> datetime | None:
        """By when it must be booked or undone, while it runs."""
        booking = self.inside.booking
        return booking.deadline if booking and self.is_running else None

    @property
    def reason(self) -> str:
        """Why it is not booked, if it has ended without."""
        outcome = self.inside.outcome
        return outcome.reason.message if outcome and outcome.reason else ""

    def is_meant(self, name: str, leg: str) -> bool:
        """Whether the name is in that of who asked or an item, and the leg's words in a leg and its state."""
        legs = self.inside.legs
        texts = [self.user_id, *(one.item for one in legs)]
        named = not name or any(name.lower() in text.lower() for text in texts)
        words = [f"{one.name} {one.state}" for one in legs]
        return named and (not leg or any(leg.lower() in word.lower() for word in words))
