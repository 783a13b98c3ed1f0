"""A cancel that came before its request: it holds the booking's id until the request comes."""

from dataclasses import dataclass, field
from datetime import timedelta

from temporalio import workflow

from saga.models import (
    AnyBooking,
    BookingInput,
    BookingOutcome,
    Reason,
    ReasonCode,
    ReplyCallback,
)
from saga.workflows.ledger import Ledger
from saga.workflows.subscribers import Subscribers


@dataclass(frozen=True, kw_only=True)
class EarlyCancellation:
    """Why the booking was cancelled, who wants to know, and for how many seconds to wait for the request."""

    reason: str
    lifetime: float
    callbacks: list[ReplyCallback] = field(default_factory=list)


@workflow.defn
class CancelledBeforeRequestWorkflow:
    """Runs under a booking's workflow id until the request comes, and then answers it: cancelled."""

    @workflow.init
    def __init__(self, cancellation: EarlyCancellation) -> None:
        self._cancellation = cancellation
        self._subscribers = Subscribers(cancellation.callbacks)
        self._booking: BookingInput | None = None
        self._outcome: BookingOutcome | None = None

    @workflow.run
    async def run(self, cancellation: EarlyCancellation) -> BookingOutcome | None:
        """Return the outcome of the request that came, or None if none came in time."""
        try:
            await workflow.wait_condition(
                lambda: self._booking is not None,
                timeout=timedelta(seconds=cancellation.lifetime),
                timeout_summary="Wait for the request that was cancelled before it came",
            )
        except TimeoutError:
            return None
        assert self._booking  # noqa: S101 -- what the wait was for
        assert self._outcome  # noqa: S101 -- set together with it
        await self._subscribers.reply(self._outcome, self._booking.policy)
        return self._outcome

    @workflow.signal
    def request_arrived(self, booking: AnyBooking, memo: dict[str, str]) -> None:
        """The request has come; `memo` is what its own workflow would have carried."""
        if self._booking is None:
            self._booking = booking
            self._outcome = cancelled_before_start(booking, self._cancellation.reason)
            workflow.upsert_memo(memo)
        if booking.reply:
            self.join(booking.reply)

    @workflow.signal
    def join(self, subscriber: ReplyCallback) -> None:
        """Reply to this one too; the same subscriber twice is one."""
        self._subscribers.join(subscriber)

    @workflow.query
    def outcome(self) -> BookingOutcome | None:
        """What the request was answered, once it has come."""
        return self._outcome


def cancelled_before_start(booking: BookingInput, reason: str) -> BookingOutcome:
    """The outcome of a booking whose cancel overtook it: nothing was tried."""
    ledger = Ledger(booking)
    ledger.stop(Reason(code=ReasonCode.CANCELLED_BY_REQUEST, message=reason))
    return ledger.outcome()
