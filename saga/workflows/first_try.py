"""What came of the first try of a leg's booking or undo."""

from dataclasses import dataclass
from typing import Any

from temporalio.exceptions import ApplicationError

from saga.models import BookingPolicy


@dataclass(frozen=True)
class FirstTry:
    """An answer, a failure, or neither, as the supplier has not answered yet, if it was asked at all."""

    asked: bool = False
    answered: bool = False
    answer: Any = None
    failure: ApplicationError | None = None

    @property
    def tries(self) -> int:
        """The tries that have ended."""
        return int(self.failure is not None)

    def last_failure(self, attempts: int) -> ApplicationError | None:
        """The failure, if no other try may follow it."""
        is_last = self.failure and (self.failure.non_retryable or attempts <= 1)
        return self.failure if is_last else None

    def pause(self, policy: BookingPolicy) -> float:
        """The seconds before the second try: as the supplier asked, or as the policy says."""
        asked_for = self.failure.next_retry_delay if self.failure else None
        return asked_for.total_seconds() if asked_for else policy.retry_interval


NONE = FirstTry()
