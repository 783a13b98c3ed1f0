"""A booking's subscribers: each gets the outcome once, and again if it asks later or the outcome changes."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from temporalio import workflow
from temporalio.exceptions import ActivityError

from saga.activities.failures import failure_text
from saga.models import BookingOutcome, BookingPolicy, ReplyCallback
from saga.workflows import reply_calls

SIDE_BY_SIDE = 1000
"""Replies under way at a time; Temporal permits 2,000 activities of a workflow, and fails its task beyond."""


@dataclass
class _Waiting:
    subscriber: ReplyCallback
    late: bool
    asked: int = 1


class Subscribers:
    """Whoever is to hear of one booking. Any may join at any time, even while another gets its reply."""

    def __init__(
        self, subscribers: Iterable[ReplyCallback], is_recorded: Callable[[], bool] = lambda: True
    ) -> None:
        self._is_recorded = is_recorded
        self._waiting = deque(_Waiting(subscriber, late=False) for subscriber in subscribers)
        self._notified: list[ReplyCallback] = []
        self._replying = False
        self._replies: list[asyncio.Task[None]] = []
        self._under_way = 0

    @property
    def may_be_told(self) -> bool:
        """Whether somebody waits whose reply can be started."""
        return bool(self._waiting) and self._under_way < SIDE_BY_SIDE

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
        while self._waiting or self._under_way:
            self.start_replies(outcome, policy)
            await workflow.wait_condition(lambda: self.may_be_told or not self._under_way)

    def start_replies(self, outcome: BookingOutcome, policy: BookingPolicy) -> None:
        """Reply to whoever waits, side by side, so that one that can't be told delays no other."""
        self._replying = True
        while self.may_be_told:
            self._under_way += 1
            reply = self._reply(self._waiting.popleft(), outcome, policy)
            self._replies.append(asyncio.create_task(reply))

    async def _reply(self, waiting: _Waiting, outcome: BookingOutcome, policy: BookingPolicy) -> None:
        if waiting.subscriber not in self._notified:
            self._notified.append(waiting.subscriber)
        try:
            await reply_calls.reply(
                waiting.subscriber,
                outcome,
                policy,
                again=waiting.late,
                asked=waiting.asked,
                recorded=self._is_recorded(),
            )
        except ActivityError as failure:  # its activity says that it can never be given
            workflow.logger.error("A subscriber gets no reply: %s", failure_text(failure))
        finally:
            self._under_way -= 1

    def wait_anew(self) -> None:
        """Everybody who was told an outcome, or waits for it, waits for the one that replaces it."""
        new = [waiting.subscriber for waiting in self._waiting if waiting.subscriber not in self._notified]
        self._waiting = deque(_Waiting(subscriber, late=False) for subscriber in [*self._notified, *new])
