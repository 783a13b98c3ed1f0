"""A booking's subscribers: each gets the outcome once, and again if it asks later or the outcome changes."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from saga.models import BookingOutcome, BookingPolicy, ReplyCallback
from saga.workflows import activity_calls


@dataclass
class _Waiting:
    subscriber: ReplyCallback
    late: bool
    asked: int = 1


class Subscribers:
    """Whoever is to hear of one booking. Any may join at any time, even while another gets its reply."""

    def __init__(self, subscribers: Iterable[ReplyCallback]) -> None:
        self._waiting = deque(_Waiting(subscriber, late=False) for subscriber in subscribers)
        self._notified: list[ReplyCallback] = []
        self._replying = False

    @property
    def are_waiting(self) -> bool:
        """Whether somebody has yet to get a reply."""
        return bool(self._waiting)

    @property
    def any_is_local(self) -> bool:
        """Whether somebody waits who gets a reply before the server has heard of the end."""
        return any(waiting.subscriber.local for waiting in self._waiting)

    def join(self, subscriber: ReplyCallback) -> None:
        """Reply to this one too; one that waits already is the same subscriber."""
        for waiting in self._waiting:
            if waiting.subscriber == subscriber:
                waiting.asked += 1
                return
        self._waiting.append(_Waiting(subscriber, late=self._replying))

    async def reply(self, outcome: BookingOutcome, policy: BookingPolicy) -> None:
        """Reply until nobody waits; whoever joined when replies were already going out gets a repeat."""
        self._replying = True
        while self._waiting:
            waiting = self._waiting.popleft()
            if waiting.subscriber not in self._notified:
                self._notified.append(waiting.subscriber)
            await activity_calls.reply(
                waiting.subscriber, outcome, policy, again=waiting.late, asked=waiting.asked
            )

    async def reply_to_all_anew(self, outcome: BookingOutcome, policy: BookingPolicy) -> None:
        """Tell an outcome that replaces an earlier one to all who were told that, or wait for it."""
        new = [waiting.subscriber for waiting in self._waiting if waiting.subscriber not in self._notified]
        self._waiting = deque(_Waiting(subscriber, late=False) for subscriber in [*self._notified, *new])
        await self.reply(outcome, policy)
