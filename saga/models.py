"""What goes into a booking workflow and what comes out of it.

Plain dataclasses, so that any Temporal client can start a booking with the SDK's default JSON converter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Required, Self

from typing_extensions import TypedDict  # pydantic wants it so, before Python 3.12


class LegStatus(StrEnum):
    """Where one leg stands, as the wire contract names it."""

    BOOKED = "booked"
    UNDONE = "undone"
    REFUSED = "refused"
    NOT_TRIED = "not_tried"
    UNKNOWN = "unknown"
    UNDO_FAILED = "undo_failed"


class BookingStatus(StrEnum):
    """How a booking ended: everything booked, everything undone, or something a person must look at."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ReasonCode(StrEnum):
    """Why a booking that was started is not `booked`."""

    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    DEADLINE = "deadline"
    CANCELLED_BY_REQUEST = "cancelled_by_request"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class ReplyCallback:
    """Who hears of the outcome: an activity, called with the outcome, an opaque context, and whether again.

    The saga does not look into `context`; `again` is true for a caller that was told before. The activity
    runs on `task_queue`, in whatever process serves that queue, and is retried until it succeeds. With
    `local`, it is tried once as a local activity first, in the worker itself, which costs the server nothing.
    One that may take long must heartbeat, by the policy of the booking.
    """

    activity: str
    task_queue: str
    context: Mapping[str, Any] = field(default_factory=dict)
    local: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class BookingPolicy:
    """How patient a booking is, in seconds. It travels with the booking, so that a replay sees the same."""

    try_timeout: float = 30.0
    """How long one try of a leg, or of its undo, may take."""
    heartbeat_timeout: float = 10.0
    """After how long without a sign of life a try counts as lost with its worker."""
    retry_interval: float = 1.0
    """The wait before the second try; it doubles from there."""
    retry_interval_limit: float = 30.0
    """The longest wait between two tries."""
    undo_attempts: int = 10
    """Tries per undo, the first included."""
    fast_legs: float = 0.0
    """How long first tries may hold up one workflow task, in the worker that runs it; 0 for none."""
    undo_budget: float = 10.0
    """How long before its deadline a booking stops, to undo in time; at most half of the time it has."""


class PlannedLeg(TypedDict, total=False):
    """One leg of a booking's plan; what is left out is as for the whole booking.

    `item` is what to book, as JSON, and `words` says it to people; both are left out where the booking's
    input has a field for it. Legs that stand side by side with the same word in `together` are booked at the
    same time. `undo` is False for what can't be undone. `fast` is `fast_legs` for this leg. The others are as
    in `BookingPolicy`, for this leg; `tried` is told its activity: the tries that were made before.
    """

    name: Required[str]
    item: Any
    words: str
    together: str
    undo: bool
    fast: float
    tried: int
    attempts: int
    try_timeout: float
    retry_interval: float
    undo_attempts: int


@dataclass(frozen=True, kw_only=True)
class BookingInput:
    """One trip to book: who travels, how often to try, and the plan by which it is booked to its end.

    `attempts` counts the tries per leg, the first included; `details` are the trip's fields that are no legs.
    """

    book_user_id: str
    attempts: int = 5
    deadline: datetime | None = None
    reply: ReplyCallback | None = None
    policy: BookingPolicy = field(default_factory=BookingPolicy)
    plan: list[PlannedLeg] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class BookVacationInput(BookingInput):
    """The tutorial's trip to book; without a plan, its three legs are booked one after the other."""

    book_car_id: str
    book_hotel_id: str
    book_flight_id: str


AnyBooking = BookVacationInput | BookingInput
"""What a booking workflow is started with, and what its activities are given."""


@dataclass(frozen=True)
class Booked:
    """What a booking activity returns: the supplier's reference, and the number of the try that got it."""

    reference: str
    attempts: int

    @classmethod
    def read(cls, answer: Any) -> Self | None:
        """What Temporal stored as an activity's answer; None if that has no reference."""
        try:
            booked = cls(**answer)
        except TypeError:
            return None
        return booked if isinstance(booked.reference, str) and isinstance(booked.attempts, int) else None


@dataclass(frozen=True, kw_only=True)
class LegOutcome:
    """What became of one leg. `attempts` counts the tries made; `reference` is the supplier's."""

    leg: str
    item: str
    status: LegStatus = LegStatus.NOT_TRIED
    reference: str | None = None
    attempts: int = 0
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a trip was not booked: a code for programs, a leg if one is to blame, a text for people."""

    code: ReasonCode
    message: str
    leg: str | None = None


@dataclass(frozen=True, kw_only=True)
class BookingOutcome:
    """What the workflow returns, and what the reply callback is given.

    `revision` 2 replaces an outcome that was `failed` and that a person has settled since.
    """

    user_id: str
    status: BookingStatus
    result: str
    legs: list[LegOutcome]
    reason: Reason | None = None
    revision: int = 1
