"""A cancel that came before its request: it holds the booking's id until the request comes."""

from dataclasses import dataclass, field
from datetime import timedelta

from temporalio import workflow

from saga.callers import Callers
from saga.ledger import Ledger
from saga.legs import LEGS
from saga.models import (
    BookingOutcome,
    BookVacationInput,
    Reason,
    ReasonCode,
    ReplyCallback,
)


@dataclass(frozen=True, kw_only=True)
class Tombstone:
    """Why the booking was cancelled, who wants to know, and for how many seconds to wait for the request."""

    reason: str
    lifetime: float
    callers: list[ReplyCallback] = field(default_factory=list)


@workflow.defn
class TombstoneWorkflow:
    """Runs under a booking's workflow id until the request comes, and then answers it: cancelled."""

    @workflow.init
    def __init__(self, tombstone: Tombstone) -> None:
        self._tombstone = tombstone
        self._callers = Callers(tombstone.callers)
        self._booking: BookVacationInput | None = None
        self._outcome: BookingOutcome | None = None

    @workflow.run
    async def run(self, tombstone: Tombstone) -> BookingOutcome | None:
        """Return the outcome of the request that came, or None if none came in time."""
        try:
            await workflow.wait_condition(
                lambda: self._booking is not None,
                timeout=timedelta(seconds=tombstone.lifetime),
                timeout_summary="Wait for the request that was cancelled before it came",
            )
        except TimeoutError:
            return None
        assert self._booking  # noqa: S101 -- what the wait was for
        assert self._outcome  # noqa: S101 -- set together with it
        await self._callers.answer(self._outcome, self._booking.policy)
        return self._outcome

    @workflow.signal
    def requested(self, booking: BookVacationInput, memo: dict[str, str]) -> None:
        """The request has come; `memo` is what its own workflow would have carried."""
        if self._booking is None:
            self._booking = booking
            self._outcome = cancelled_before_start(booking, self._tombstone.reason)
            workflow.upsert_memo(memo)
        if booking.reply:
            self.join(booking.reply)

    @workflow.signal
    def join(self, caller: ReplyCallback) -> None:
        """Answer this caller too; the same caller twice is one."""
        self._callers.join(caller)

    @workflow.query
    def outcome(self) -> BookingOutcome | None:
        """What the request was answered, once it has come."""
        return self._outcome


def cancelled_before_start(booking: BookVacationInput, reason: str) -> BookingOutcome:
    """The outcome of a booking whose cancel overtook it: nothing was tried."""
    ledger = Ledger(booking, LEGS)
    ledger.stop(Reason(code=ReasonCode.CANCELLED_BY_REQUEST, message=reason))
    return ledger.outcome()
